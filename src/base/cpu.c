#include "base/cpu.h"

#if defined(PX_CPU_X86)

#include <cpuid.h>
#include <stdint.h>

/* The answer is kept, since in virtual machines each question takes a microsecond. It is the same for
 * every thread that asks. */
unsigned px_cpu_features;

/* What each feature needs. */
static const struct {
    px_cpu_feature feature;
    uint32_t registers; /* that the system keeps (XCR0): SSE, AVX; the three of AVX-512 */
    uint32_t leaf_7_b;  /* BMI1, AVX2, BMI2; AVX512F, AVX512BW */
    uint32_t leaf_7_c;  /* AVX512_VBMI2 */
} NEEDS[] = {
    {PX_CPU_AVX2, 0x06, 1u << 3 | 1u << 5 | 1u << 8, 0},
    {PX_CPU_AVX512, 0xe6, 1u << 3 | 1u << 5 | 1u << 8 | 1u << 16 | 1u << 30, 1u << 6},
};

static uint32_t kept_registers(void) {
    uint32_t low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return low;
}

unsigned px_cpu_ask(void) {
    const uint32_t xgetbv = 1u << 27;
    unsigned features = PX_CPU_ASKED;
    uint32_t a, b, c, d;
    if (__get_cpuid(1, &a, &b, &c, &d) && c & xgetbv && __get_cpuid_count(7, 0, &a, &b, &c, &d)) {
        uint32_t kept = kept_registers();
        for (unsigned i = 0; i < sizeof(NEEDS) / sizeof(NEEDS[0]); i++)
            if ((kept & NEEDS[i].registers) == NEEDS[i].registers &&
                (b & NEEDS[i].leaf_7_b) == NEEDS[i].leaf_7_b &&
                (c & NEEDS[i].leaf_7_c) == NEEDS[i].leaf_7_c)
                features |= NEEDS[i].feature;
    }
    __atomic_store_n(&px_cpu_features, features, __ATOMIC_RELAXED);
    return features;
}

#else
typedef int px_cpu_no_question; /* a file may not be empty */
#endif

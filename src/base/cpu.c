#include "base/cpu.h"

#if defined(PX_CPU_X86)

#include <cpuid.h>
#include <stdint.h>

/* The answer is kept, since in virtual machines each question takes a microsecond. It is the same for
 * every thread that asks. */
px_cpu_answer px_cpu_avx512 = PX_CPU_NOT_ASKED;

/* The registers that the system saves for each thread: bits 1 and 2 are SSE and AVX, 5 to 7 AVX-512. */
static bool registers_are_kept(void) {
    const uint32_t needed = 0xe6;
    uint32_t low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return (low & needed) == needed;
}

static bool find_avx512(void) {
    const uint32_t xgetbv = 1u << 27;
    const uint32_t bmi1_bmi2_f_bw = 1u << 3 | 1u << 8 | 1u << 16 | 1u << 30;
    const uint32_t vbmi2 = 1u << 6;
    uint32_t a, b, c, d;
    if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & xgetbv) || !registers_are_kept() ||
        !__get_cpuid_count(7, 0, &a, &b, &c, &d))
        return false;
    return (b & bmi1_bmi2_f_bw) == bmi1_bmi2_f_bw && c & vbmi2;
}

px_cpu_answer px_cpu_ask_avx512(void) {
    px_cpu_answer answer = find_avx512() ? PX_CPU_YES : PX_CPU_NO;
    __atomic_store_n(&px_cpu_avx512, answer, __ATOMIC_RELAXED);
    return answer;
}

#else
typedef int px_cpu_no_question; /* a file may not be empty */
#endif

/* What the processor can do beyond what the compiler may take for granted: asked while the program
 * runs. */
#ifndef PX_BASE_CPU_H
#define PX_BASE_CPU_H

#include <stdbool.h>

/* Where there is something to ask. PX_BASE_PORTABLE, for the tests: as on any machine. */
#if defined(__x86_64__) && defined(__GNUC__) && !defined(PX_BASE_PORTABLE)
#define PX_CPU_X86
#endif

#if defined(PX_CPU_X86)

typedef enum px_cpu_answer { PX_CPU_NOT_ASKED, PX_CPU_NO, PX_CPU_YES } px_cpu_answer;

/* For px_cpu_has_avx512. */
extern px_cpu_answer px_cpu_avx512;
px_cpu_answer px_cpu_ask_avx512(void);

/* Are there AVX-512 with bytes as lanes and VBMI2, which packs them, and does the system keep their
 * registers? (Intel since 2019, AMD since 2022.) */
static inline bool px_cpu_has_avx512(void) {
    px_cpu_answer answer = __atomic_load_n(&px_cpu_avx512, __ATOMIC_RELAXED);
    if (answer == PX_CPU_NOT_ASKED)
        answer = px_cpu_ask_avx512();
    return answer == PX_CPU_YES;
}

#endif
#endif

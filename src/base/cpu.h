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

typedef enum px_cpu_feature {
    PX_CPU_ASKED = 1 << 0,
    PX_CPU_AVX2 = 1 << 1,   /* with BMI1 and BMI2: Intel since 2013, AMD since 2015 */
    PX_CPU_AVX512 = 1 << 2, /* with bytes as lanes, and VBMI2, which packs them: since 2019, 2022 */
} px_cpu_feature;

/* For px_cpu_has. */
extern unsigned px_cpu_features;
unsigned px_cpu_ask(void);

/* Can the processor do this, and does the system keep the registers for it? */
static inline bool px_cpu_has(px_cpu_feature feature) {
    unsigned features = __atomic_load_n(&px_cpu_features, __ATOMIC_RELAXED);
    if (!features)
        features = px_cpu_ask();
    return features & feature;
}

#endif
#endif

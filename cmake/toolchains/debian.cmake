# What the files of Debian's cross compilers have in common: these set PUSHER_TRIPLE (Debian's name of the
# machine) and PUSHER_QEMU (who runs its programs), and include this one. PUSHER_SYSROOT is a folder by
# scripts/sysroot.sh.
set(CMAKE_TRY_COMPILE_PLATFORM_VARIABLES PUSHER_SYSROOT)
if(NOT PUSHER_SYSROOT)
  message(FATAL_ERROR "PUSHER_SYSROOT is missing: a folder made by scripts/sysroot.sh")
endif()
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_C_COMPILER ${PUSHER_TRIPLE}-gcc)
set(CMAKE_SYSROOT ${PUSHER_SYSROOT})
set(CMAKE_LIBRARY_ARCHITECTURE ${PUSHER_TRIPLE})
# Debian's compilers know their machine's folders below "/" only.
set(CMAKE_C_FLAGS_INIT "-isystem ${PUSHER_SYSROOT}/usr/include/${PUSHER_TRIPLE}")
set(CMAKE_CROSSCOMPILING_EMULATOR ${PUSHER_QEMU} -L ${PUSHER_SYSROOT})

set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
set(ENV{PKG_CONFIG_SYSROOT_DIR} ${PUSHER_SYSROOT})
set(ENV{PKG_CONFIG_LIBDIR}
  ${PUSHER_SYSROOT}/usr/lib/${PUSHER_TRIPLE}/pkgconfig:${PUSHER_SYSROOT}/usr/share/pkgconfig)

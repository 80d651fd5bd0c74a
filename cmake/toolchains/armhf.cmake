# 32-bit ARM with floating point (Debian's armhf).
set(CMAKE_SYSTEM_PROCESSOR armv7)
set(PUSHER_TRIPLE arm-linux-gnueabihf)
set(PUSHER_QEMU qemu-arm)
include(${CMAKE_CURRENT_LIST_DIR}/debian.cmake)

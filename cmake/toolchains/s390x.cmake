# IBM Z: the big-endian one (Debian's s390x).
set(CMAKE_SYSTEM_PROCESSOR s390x)
set(PUSHER_TRIPLE s390x-linux-gnu)
set(PUSHER_QEMU qemu-s390x)
include(${CMAKE_CURRENT_LIST_DIR}/debian.cmake)

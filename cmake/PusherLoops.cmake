# Which of the event loops with a header in include/pusher/adapters are on this machine.
#   PUSHER_LOOPS          their names, as the headers are named
#   LOOP_<name>_LINK      what to link to
#   LOOP_<name>_INCLUDES  folders of the loop's headers, where the compiler does not look by itself
set(PUSHER_LOOPS)

foreach(loop IN ITEMS libuv/libuv libevent/libevent_core glib/glib-2.0 sd_event/libsystemd>=247)
  string(REPLACE "/" ";" loop ${loop})
  list(POP_FRONT loop name)
  pkg_check_modules(LOOP_${name} QUIET IMPORTED_TARGET ${loop})
  if(LOOP_${name}_FOUND)
    list(APPEND PUSHER_LOOPS ${name})
    set(LOOP_${name}_LINK PkgConfig::LOOP_${name})
    set(LOOP_${name}_INCLUDES ${LOOP_${name}_INCLUDE_DIRS})
  endif()
endforeach()

# libev comes without a .pc file.
find_library(LOOP_libev_LINK ev)
find_path(LOOP_libev_INCLUDES ev.h)
if(LOOP_libev_LINK AND LOOP_libev_INCLUDES)
  list(APPEND PUSHER_LOOPS libev)
endif()
foreach(name IN LISTS PUSHER_LOOPS)
  list(REMOVE_ITEM LOOP_${name}_INCLUDES ${CMAKE_C_IMPLICIT_INCLUDE_DIRECTORIES})
endforeach()

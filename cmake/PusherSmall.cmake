# What keeps the libraries small, and fast where it counts.
#   pusher_small(FAST file...  FILES file...)  the FILES are made small, and fast (-O3) those that every message
#                                              goes through; names are relative to the current folder
#   PUSHER_SMALL_LINK                          options for linking a shared library
include(CheckCCompilerFlag)
include(CheckLinkerFlag)

# -Oz is -Os in earnest; compilers from before 2022 may not know it. A build for debugging stays one, and
# fuzzers want to be fast.
set(PUSHER_SMALL_COMPILE)
set(PUSHER_FAST_COMPILE)
if(NOT CMAKE_C_FLAGS MATCHES "-fsanitize")
  check_c_compiler_flag(-Oz PUSHER_HAS_OZ)
  set(small -Os)
  if(PUSHER_HAS_OZ)
    set(small -Oz)
  endif()
  # Keeping registers across calls by saving them around each costs more bytes than it saves.
  check_c_compiler_flag(-fno-caller-saves PUSHER_HAS_NO_CALLER_SAVES)
  if(PUSHER_HAS_NO_CALLER_SAVES)
    list(APPEND small -fno-caller-saves)
  endif()
  foreach(option IN LISTS small)
    list(APPEND PUSHER_SMALL_COMPILE "$<$<CONFIG:Release,RelWithDebInfo,MinSizeRel>:${option}>")
  endforeach()
  set(PUSHER_FAST_COMPILE "$<$<CONFIG:Release,RelWithDebInfo>:-O3>")
endif()

function(pusher_small)
  cmake_parse_arguments(SMALL "" "" "FAST;FILES" ${ARGN})
  foreach(file IN LISTS SMALL_FAST)
    if(NOT EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/${file})
      message(FATAL_ERROR "There is no ${file}")
    endif()
  endforeach()
  foreach(file IN LISTS SMALL_FILES)
    file(RELATIVE_PATH name ${CMAKE_CURRENT_SOURCE_DIR} ${file})
    if(NOT name IN_LIST SMALL_FAST)
      set_property(SOURCE ${file} APPEND PROPERTY COMPILE_OPTIONS ${PUSHER_SMALL_COMPILE})
    else()
      set_property(SOURCE ${file} APPEND PROPERTY COMPILE_OPTIONS ${PUSHER_FAST_COMPILE})
    endif()
  endforeach()
endfunction()

# Segments need not begin on pages of their own in the file; what the dynamic linker writes when it
# begins is read-only from then on.
set(PUSHER_SMALL_LINK)
foreach(option IN ITEMS -O1 -z,noseparate-code -z,relro -z,now --hash-style=gnu)
  string(MAKE_C_IDENTIFIER "PUSHER_LINKS_WITH${option}" known)
  check_linker_flag(C "LINKER:${option}" ${known})
  if(${known})
    list(APPEND PUSHER_SMALL_LINK "LINKER:${option}")
  endif()
endforeach()

# The addresses that have to be adjusted, eight bytes for dozens of them and not 24 for each. Dynamic
# linkers from before 2022 do not know that (glibc 2.36, musl 1.2.4), so see whether it works here.
if(NOT CMAKE_CROSSCOMPILING AND NOT DEFINED PUSHER_PACKED_RELOCATIONS)
  file(WRITE ${PROJECT_BINARY_DIR}/CMakeFiles/packed_relocations.c
    "int a; static int *volatile const to[] = {&a, &a, &a}; int main(void) { return to[1] != &a; }\n")
  try_run(result built ${PROJECT_BINARY_DIR}/CMakeFiles ${PROJECT_BINARY_DIR}/CMakeFiles/packed_relocations.c
    COMPILE_DEFINITIONS -fPIE LINK_OPTIONS -pie -Wl,-z,pack-relative-relocs -Wl,--fatal-warnings)
  set(works OFF)
  if(built AND result EQUAL 0)
    set(works ON)
  endif()
  set(PUSHER_PACKED_RELOCATIONS ${works} CACHE BOOL "Pack the shared libraries' relocations")
endif()
if(PUSHER_PACKED_RELOCATIONS)
  list(APPEND PUSHER_SMALL_LINK LINKER:-z,pack-relative-relocs)
endif()

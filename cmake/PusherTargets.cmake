# What every target of the project has in common: warnings, definitions, the layers as libraries.
find_package(PkgConfig REQUIRED)
include(PusherSmall)

add_library(pusher_build_flags INTERFACE)
target_compile_options(pusher_build_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wundef
  -Wvla -Wpointer-arith -Wwrite-strings $<$<BOOL:${PUSHER_WERROR}>:-Werror>
  -ffunction-sections -fdata-sections # the linker drops what a program does not call
  # A sixth of the library's size, for unwinding that C does not do; debuggers have .debug_frame.
  $<$<CONFIG:Release,RelWithDebInfo,MinSizeRel>:-fno-asynchronous-unwind-tables>)
# Files of any size and number, where the system's types for them have 32 bits otherwise.
target_compile_definitions(pusher_build_flags INTERFACE
  $<$<EQUAL:${CMAKE_SIZEOF_VOID_P},4>:_FILE_OFFSET_BITS=64> _POSIX_C_SOURCE=200809L PUSHER_VERSION_TEXT="${PUSHER_FULL_VERSION}")
target_include_directories(pusher_build_flags INTERFACE
  ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR}/include)

# pusher_layer(NAME [USES library...] [SMALL] [FAST file...]): the folder src/NAME as the static library
# px_NAME. SMALL: small comes before fast, except for the FAST files.
function(pusher_layer name)
  cmake_parse_arguments(LAYER "SMALL" "" "USES;FAST" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/${name}/*.c)
  if(NOT sources)
    return()
  endif()
  add_library(px_${name} STATIC ${sources})
  target_link_libraries(px_${name} PRIVATE pusher_build_flags PUBLIC ${LAYER_USES})
  if(LAYER_SMALL)
    list(TRANSFORM LAYER_FAST PREPEND ${name}/)
    pusher_small(FAST ${LAYER_FAST} FILES ${sources})
  endif()
endfunction()

# What every test has in its environment: none may write to the home of who runs it.
set(PUSHER_TEST_ENVIRONMENT XDG_CACHE_HOME=${PROJECT_BINARY_DIR}/Testing/cache
  XDG_STATE_HOME=${PROJECT_BINARY_DIR}/Testing/state)
set(PUSHER_TEST_TIMEOUT 120)
if(CMAKE_CROSSCOMPILING_EMULATOR)
  set(PUSHER_TEST_TIMEOUT 600)
  # For tests that start a program themselves.
  list(JOIN CMAKE_CROSSCOMPILING_EMULATOR " " emulator)
  list(APPEND PUSHER_TEST_ENVIRONMENT "TEST_EMULATOR=${emulator}")
endif()

# pusher_unit_tests(AREA [FOLDER folder] [USES library...] [ONLY name...]): each tests/unit/FOLDER/test_*.c
# (AREA when no folder is given; only those with these names) is one cmocka program and one CTest entry,
# AREA.NAME. Other .c files of the folder are a library that all of them use.
function(pusher_unit_tests area)
  cmake_parse_arguments(UNIT "" "FOLDER" "USES;ONLY" ${ARGN})
  if(NOT UNIT_FOLDER)
    set(UNIT_FOLDER ${area})
  endif()
  set(folder ${PROJECT_SOURCE_DIR}/tests/unit/${UNIT_FOLDER})
  file(GLOB programs CONFIGURE_DEPENDS ${folder}/test_*.c)
  file(GLOB shared CONFIGURE_DEPENDS ${folder}/*.c)
  list(REMOVE_ITEM shared ${programs})
  if(UNIT_ONLY)
    list(TRANSFORM UNIT_ONLY REPLACE "(.+)" "${folder}/test_\\1.c" OUTPUT_VARIABLE programs)
  endif()
  add_library(test_${area} INTERFACE)
  target_include_directories(test_${area} INTERFACE ${PROJECT_SOURCE_DIR}/tests/support)
  target_link_libraries(test_${area} INTERFACE pusher_build_flags ${UNIT_USES} test_support
    PkgConfig::CMOCKA)
  target_compile_definitions(test_${area} INTERFACE
    TEST_SOURCE_DIR="${PROJECT_SOURCE_DIR}/tests" TEST_BINARY_DIR="${CMAKE_BINARY_DIR}")
  if(shared)
    add_library(test_${area}_shared STATIC ${shared})
    target_link_libraries(test_${area}_shared PRIVATE test_${area})
  endif()
  foreach(program IN LISTS programs)
    get_filename_component(stem ${program} NAME_WE)
    string(REPLACE "test_" "" stem ${stem})
    add_executable(test_${area}_${stem} ${program})
    target_link_libraries(test_${area}_${stem} PRIVATE
      $<TARGET_NAME_IF_EXISTS:test_${area}_shared> test_${area})
    add_test(NAME ${area}.${stem} COMMAND test_${area}_${stem})
    set_tests_properties(${area}.${stem} PROPERTIES TIMEOUT ${PUSHER_TEST_TIMEOUT} LABELS unit
      ENVIRONMENT "${PUSHER_TEST_ENVIRONMENT}")
  endforeach()
endfunction()

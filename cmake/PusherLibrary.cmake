# What the libraries that are installed have in common.
include(GNUInstallDirs)

# pusher_library(PREFIX OUTPUT name MAP file LAYERS layer... NEEDS library...
# EXPORT shared static):
# the targets PREFIX_shared and PREFIX_static from the objects of these layers, installed as libNAME
# with a package file NAME.pc (from cmake/NAME.pc.in), and exported under the two names in Pusher::.
function(pusher_library prefix)
  cmake_parse_arguments(LIBRARY "" "OUTPUT;MAP" "LAYERS;NEEDS;EXPORT" ${ARGN})
  add_library(${prefix}_shared SHARED)
  add_library(${prefix}_static STATIC)
  set(kinds shared static)
  foreach(kind export IN ZIP_LISTS kinds LIBRARY_EXPORT)
    set(target ${prefix}_${kind})
    add_library(Pusher::${export} ALIAS ${target})
    foreach(layer IN LISTS LIBRARY_LAYERS)
      target_sources(${target} PRIVATE $<TARGET_OBJECTS:px_${layer}>)
    endforeach()
    target_include_directories(${target} PUBLIC
      $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
      $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
    target_link_libraries(${target} PRIVATE ${LIBRARY_NEEDS})
    set_target_properties(${target} PROPERTIES
      OUTPUT_NAME ${LIBRARY_OUTPUT} EXPORT_NAME ${export})
  endforeach()

  # The ABI has one number: the major version.
  set_target_properties(${prefix}_shared PROPERTIES
    VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR} LINK_DEPENDS ${LIBRARY_MAP})
  target_link_options(${prefix}_shared PRIVATE
    LINKER:--version-script=${LIBRARY_MAP} LINKER:--gc-sections ${PUSHER_SMALL_LINK})
  # With clang the sanitizers' functions come from the program.
  if(NOT CMAKE_C_FLAGS MATCHES "-fsanitize")
    target_link_options(${prefix}_shared PRIVATE LINKER:--no-undefined)
  endif()

  install(TARGETS ${prefix}_shared ${prefix}_static EXPORT PusherTargets
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})

  # The package file says where things are from where it is itself: the tree can be installed with
  # another prefix, and moved.
  set(folder ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig)
  file(RELATIVE_PATH PUSHER_PC_TO_PREFIX ${folder} ${CMAKE_INSTALL_PREFIX})
  file(RELATIVE_PATH PUSHER_PC_TO_INCLUDE ${folder} ${CMAKE_INSTALL_FULL_INCLUDEDIR})
  set(package ${PROJECT_BINARY_DIR}/${LIBRARY_OUTPUT}.pc)
  configure_file(${PROJECT_SOURCE_DIR}/cmake/${LIBRARY_OUTPUT}.pc.in ${package} @ONLY)
  install(FILES ${package} DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endfunction()

# Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
# curb::kernels: the fused kernels as templates, for an embedder's own optimiser and nvcc. What
# <curb/kernels/launch_update.cuh> includes, and no more.
#
# Inside curb the kernels include each other relative to the root of the repository, which is not on
# an embedder's include path. The copies made here, in the build tree and for installing, say
# <curb/kernels/...> instead.
set(CURB_KERNEL_HEADER_DIR ${CMAKE_CURRENT_BINARY_DIR}/kernel_headers)

function(_curb_copy_kernel_headers)
  set(pending launch_update.cuh)
  set(done "")
  while(pending)
    list(POP_FRONT pending header)
    list(APPEND done ${header})
    set(original ${PROJECT_SOURCE_DIR}/kernels/${header})
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${original})
    file(READ ${original} text)
    string(REGEX MATCHALL "#include \"kernels/[^\"]+" includes "${text}")
    list(TRANSFORM includes REPLACE "#include \"kernels/" "")
    foreach(include IN LISTS includes)
      if(NOT include IN_LIST done AND NOT include IN_LIST pending)
        list(APPEND pending ${include})
      endif()
    endforeach()
    string(REGEX REPLACE "#include \"(kernels/[^\"]+)\"" "#include <curb/\\1>" text "${text}")
    file(CONFIGURE OUTPUT ${CURB_KERNEL_HEADER_DIR}/curb/kernels/${header} CONTENT "${text}" @ONLY)
  endwhile()
endfunction()
_curb_copy_kernel_headers()

add_library(curb_kernel_headers INTERFACE)
add_library(curb::kernels ALIAS curb_kernel_headers)
set_target_properties(curb_kernel_headers PROPERTIES EXPORT_NAME kernels)
target_include_directories(curb_kernel_headers INTERFACE
  $<BUILD_INTERFACE:${CURB_KERNEL_HEADER_DIR}>)
target_link_libraries(curb_kernel_headers INTERFACE curb_rules)

# Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
# Finds oneDNN (version 2 or 3): dnnl_FOUND, dnnl_VERSION and the target DNNL::dnnl.
#
# Debian's own dnnl-config.cmake requires the OpenCL headers, which neither the library's package nor
# curb needs.
find_path(dnnl_INCLUDE_DIR oneapi/dnnl/dnnl.hpp)
find_library(dnnl_LIBRARY dnnl)
mark_as_advanced(dnnl_INCLUDE_DIR dnnl_LIBRARY)

set(dnnl_VERSION "")
foreach(part MAJOR MINOR PATCH)
  set(line "")
  foreach(header dnnl_version.h dnnl_config.h)
    if(dnnl_INCLUDE_DIR AND EXISTS ${dnnl_INCLUDE_DIR}/oneapi/dnnl/${header} AND NOT line)
      file(STRINGS ${dnnl_INCLUDE_DIR}/oneapi/dnnl/${header} line
        REGEX "^#define DNNL_VERSION_${part} [0-9]+")
    endif()
  endforeach()
  if(line MATCHES "([0-9]+)$")
    list(APPEND dnnl_VERSION ${CMAKE_MATCH_1})
  endif()
endforeach()
list(JOIN dnnl_VERSION "." dnnl_VERSION)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(dnnl
  REQUIRED_VARS dnnl_LIBRARY dnnl_INCLUDE_DIR VERSION_VAR dnnl_VERSION)
if(dnnl_FOUND AND NOT TARGET DNNL::dnnl)
  add_library(DNNL::dnnl UNKNOWN IMPORTED)
  set_target_properties(DNNL::dnnl PROPERTIES
    IMPORTED_LOCATION ${dnnl_LIBRARY}
    INTERFACE_INCLUDE_DIRECTORIES ${dnnl_INCLUDE_DIR})
endif()

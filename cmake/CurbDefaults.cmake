# Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
# Defaults that only the top-level project may choose: a build type, and ccache where there is one.

get_property(_curb_multi_config GLOBAL PROPERTY GENERATOR_IS_MULTI_CONFIG)
if(NOT CMAKE_BUILD_TYPE AND NOT _curb_multi_config)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Release, RelWithDebInfo or Debug" FORCE)
endif()

find_program(CURB_CCACHE ccache)
mark_as_advanced(CURB_CCACHE)
if(CURB_CCACHE)
  foreach(language C CXX CUDA)
    if(NOT DEFINED CMAKE_${language}_COMPILER_LAUNCHER)
      set(CMAKE_${language}_COMPILER_LAUNCHER ${CURB_CCACHE})
    endif()
  endforeach()
endif()

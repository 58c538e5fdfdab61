# Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
# curb_flags: how curb's own sources are compiled. Link it PRIVATE: nothing of it reaches an
# embedder.

add_library(curb_flags INTERFACE)

# Internal headers are included relative to the root of the repository.
target_include_directories(curb_flags INTERFACE ${PROJECT_SOURCE_DIR})

target_compile_options(curb_flags INTERFACE
  $<$<COMPILE_LANGUAGE:C,CXX>:-Wall;-Wextra;-Wshadow;-Wconversion>
  $<$<COMPILE_LANGUAGE:CUDA>:-Xcompiler=-Wall,-Wextra>)

# g++ 12 warns of overlapping copies inside std::string where there are none (GCC bug 105651).
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  target_compile_options(curb_flags INTERFACE
    $<$<COMPILE_LANGUAGE:CXX>:-Wno-restrict>
    $<$<COMPILE_LANGUAGE:CUDA>:-Xcompiler=-Wno-restrict>)
endif()

# The numerics contract: every fused multiply-add is written as one, so the compiler may add none;
# errno from mathematics is not read, and keeping it would stop sqrt from being vectorised.
target_compile_options(curb_flags INTERFACE
  $<$<COMPILE_LANGUAGE:C,CXX>:-ffp-contract=off;-fno-math-errno>
  $<$<COMPILE_LANGUAGE:CUDA>:-fmad=false;-Xcompiler=-ffp-contract=off,-fno-math-errno>)

# CMake's RelWithDebInfo means -O2, at which g++ 12 leaves the update loops scalar.
target_compile_options(curb_flags INTERFACE
  $<$<AND:$<CONFIG:RelWithDebInfo>,$<COMPILE_LANGUAGE:C,CXX,CUDA>>:-O3>
  $<$<AND:$<CONFIG:RelWithDebInfo>,$<COMPILE_LANGUAGE:CUDA>>:-lineinfo>)

if(CURB_SANITIZE)
  set(_curb_sanitizers
    -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_compile_options(curb_flags INTERFACE
    $<$<COMPILE_LANGUAGE:C,CXX>:${_curb_sanitizers}>)
  target_link_options(curb_flags INTERFACE ${_curb_sanitizers})
endif()

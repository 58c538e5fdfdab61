# Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
# Enables CUDA when CURB_CUDA asks for it and nvcc really works, and sets CURB_HAVE_CUDA.
#
# nvcc is tried on a small program before enable_language(CUDA), which would end the whole
# configuration on failure: an nvcc that does not accept the host compiler (the usual trouble on
# distributions) must mean a CPU build and one line that says why.

set(CURB_CUDA_MINIMUM 12.0)

# Sets `result` to the path of nvcc, or to an empty string.
function(_curb_find_nvcc result)
  if(CMAKE_CUDA_COMPILER)
    find_program(nvcc ${CMAKE_CUDA_COMPILER} NO_CACHE)
  else()
    find_program(nvcc NAMES $ENV{CUDACXX} nvcc
      PATHS ENV CUDA_HOME ENV CUDA_PATH /usr/local/cuda PATH_SUFFIXES bin NO_CACHE)
  endif()
  if(NOT nvcc)
    set(nvcc "")
  endif()
  set(${result} "${nvcc}" PARENT_SCOPE)
endfunction()

# Sets `result` to the architectures of the GPUs in this machine ("90;100"), or to 90 (its code
# and its PTX, which newer GPUs can run) where there is none.
function(_curb_default_architectures result)
  set(${result} 90 PARENT_SCOPE)
  find_program(nvidia_smi nvidia-smi NO_CACHE)
  if(NOT nvidia_smi)
    return()
  endif()
  execute_process(COMMAND ${nvidia_smi} --query-gpu=compute_cap --format=csv,noheader
    OUTPUT_VARIABLE capabilities ERROR_QUIET RESULT_VARIABLE status)
  string(REGEX MATCHALL "[0-9]+\\.[0-9]+" capabilities "${capabilities}")
  if(status EQUAL 0 AND capabilities)
    list(TRANSFORM capabilities REPLACE "\\." "")
    list(REMOVE_DUPLICATES capabilities)
    set(${result} "${capabilities}" PARENT_SCOPE)
  endif()
endfunction()

# Sets `problem` to why `nvcc` cannot build for `architectures` with `host_compiler`, or to an
# empty string when it can.
function(_curb_try_nvcc problem nvcc host_compiler architectures)
  execute_process(COMMAND ${nvcc} --version OUTPUT_VARIABLE banner ERROR_QUIET)
  if(NOT banner MATCHES "release ([0-9]+\\.[0-9]+)")
    set(${problem} "${nvcc} --version does not answer as nvcc does" PARENT_SCOPE)
    return()
  endif()
  if(CMAKE_MATCH_1 VERSION_LESS CURB_CUDA_MINIMUM)
    set(${problem} "${nvcc} is version ${CMAKE_MATCH_1}, older than ${CURB_CUDA_MINIMUM}"
      PARENT_SCOPE)
    return()
  endif()

  set(targets "")
  foreach(architecture IN LISTS architectures)
    if(architecture MATCHES "^([0-9]+[af]?)(-real|-virtual)?$")
      list(APPEND targets
        -gencode arch=compute_${CMAKE_MATCH_1},code=sm_${CMAKE_MATCH_1})
    endif()
  endforeach()
  set(directory ${CMAKE_BINARY_DIR}/CMakeFiles/curb_cuda_probe)
  file(WRITE ${directory}/probe.cu [[
#include <cuda_runtime.h>

#include <vector>

__global__ void probe(float* out) { *out = 1.0f; }

int main() {
  std::vector<int> devices(1);
  probe<<<1, 1>>>(nullptr);
  return cudaGetDeviceCount(devices.data());
}
]])
  execute_process(
    COMMAND ${nvcc} -std=c++17 -ccbin ${host_compiler} ${targets} probe.cu -o probe
    WORKING_DIRECTORY ${directory}
    OUTPUT_VARIABLE output ERROR_VARIABLE output RESULT_VARIABLE status)
  if(status EQUAL 0)
    set(${problem} "" PARENT_SCOPE)
    return()
  endif()
  if(NOT output MATCHES "[^\n]*(error|fatal|unsupported)[^\n]*")
    string(REGEX MATCH "[^\n]+" first_line "${output}")
    set(CMAKE_MATCH_0 "exit status ${status} ${first_line}")
  endif()
  string(STRIP "${CMAKE_MATCH_0}" reason)
  set(${problem} "${nvcc} with ${host_compiler} fails: ${reason}" PARENT_SCOPE)
endfunction()

if(NOT CURB_CUDA MATCHES "^(AUTO|ON|OFF)$")
  message(FATAL_ERROR "CURB_CUDA is '${CURB_CUDA}': it must be AUTO, ON or OFF")
endif()
set(CURB_HAVE_CUDA FALSE)
if(CURB_CUDA STREQUAL "OFF")
  set(_curb_cuda_problem "CURB_CUDA is OFF")
else()
  if(NOT CMAKE_CUDA_HOST_COMPILER)  # empty where a project around this one has enabled CUDA
    set(CMAKE_CUDA_HOST_COMPILER ${CMAKE_CXX_COMPILER})
  endif()
  if(NOT DEFINED CMAKE_CUDA_ARCHITECTURES AND DEFINED ENV{CUDAARCHS})
    set(CMAKE_CUDA_ARCHITECTURES "$ENV{CUDAARCHS}")
  elseif(NOT DEFINED CMAKE_CUDA_ARCHITECTURES)
    _curb_default_architectures(CMAKE_CUDA_ARCHITECTURES)
  endif()
  _curb_find_nvcc(_curb_nvcc)
  if(NOT _curb_nvcc)
    set(_curb_cuda_problem
      "no nvcc in PATH, CUDA_HOME or /usr/local/cuda, nor by CUDACXX or CMAKE_CUDA_COMPILER")
  else()
    _curb_try_nvcc(_curb_cuda_problem
      ${_curb_nvcc} ${CMAKE_CUDA_HOST_COMPILER} "${CMAKE_CUDA_ARCHITECTURES}")
  endif()
endif()

if(NOT _curb_cuda_problem)
  set(CMAKE_CUDA_COMPILER ${_curb_nvcc})
  enable_language(CUDA)
  find_package(CUDAToolkit REQUIRED)
  set(CMAKE_CUDA_STANDARD 17)
  set(CMAKE_CUDA_STANDARD_REQUIRED ON)
  set(CMAKE_CUDA_EXTENSIONS OFF)
  # CMake 3.25.1 (Debian 12) does not know that nvcc 12 compiles C++20, which the tests use.
  if(NOT CMAKE_CUDA20_STANDARD_COMPILE_OPTION)
    set(CMAKE_CUDA20_STANDARD_COMPILE_OPTION -std=c++20)
    set(CMAKE_CUDA20_EXTENSION_COMPILE_OPTION -std=c++20)
  endif()
  set(CURB_HAVE_CUDA TRUE)
  message(STATUS "CUDA: ${_curb_nvcc} ${CMAKE_CUDA_COMPILER_VERSION}, "
    "architectures ${CMAKE_CUDA_ARCHITECTURES}")
elseif(CURB_CUDA STREQUAL "ON")
  message(FATAL_ERROR "CURB_CUDA is ON, but ${_curb_cuda_problem}")
else()
  message(STATUS "CUDA: not used (${_curb_cuda_problem}); building for the CPU")
endif()

# Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
# curb_add_kernel_test(NAME name SOURCES test... [KERNELS file...] [LIBRARIES target...]
#                      [EMULATOR_ONLY] [WITH_KERNELS])
# Builds one set of tests for every place where a kernel can run, and registers each with ctest:
#   name_asan  (tests "asan.*")  the emulator under AddressSanitizer and UBSan
#   name_race  (tests "race.*")  the emulator with its race check
#   name_gpu   (tests "gpu.*")   a GPU; only where CUDA works, and not with EMULATOR_ONLY
# KERNELS are the sources under test, .cu or .cpp, relative to the root. For the emulator g++
# compiles them; the same file may be CUDA elsewhere in the build, so a generated source includes it.
# A GPU's test links what is shipped, CURB_GPU_LIBRARIES. Its own sources too are compiled by g++, in a
# third of nvcc's time, unless WITH_KERNELS says that they have kernels.

include(CurbTest)

# Where emulated tests tell which kernels they ran; kernel_coverage.py reads it.
set(CURB_SIMT_LOG_DIR ${PROJECT_BINARY_DIR}/kernel_log)
file(MAKE_DIRECTORY ${CURB_SIMT_LOG_DIR})

set(CURB_GPU_LIBRARIES curb_library curb_network_kernels)

# Sets `result` to the object library of one source under test for the emulator in one of its forms
# (simt_asan, simt_race); tests of a form share it.
function(_curb_kernel_objects result source variant)
  cmake_path(ABSOLUTE_PATH source BASE_DIRECTORY ${PROJECT_SOURCE_DIR} OUTPUT_VARIABLE path)
  string(MAKE_C_IDENTIFIER "curb_${source}_${variant}" target)
  set(${result} ${target} PARENT_SCOPE)
  if(TARGET ${target})
    return()
  endif()
  set(wrapper ${PROJECT_BINARY_DIR}/simt/${target}.cpp)
  file(CONFIGURE OUTPUT ${wrapper} CONTENT "#include \"${path}\"\n" @ONLY)
  add_library(${target} OBJECT ${wrapper})
  target_link_libraries(${target} PRIVATE curb_${variant})
  target_compile_options(${target} PRIVATE ${CURB_SIMT_OPTIMIZATION})
  if(source MATCHES "^kernels/")  # nvcc's older standard also holds where there is no nvcc
    set_target_properties(${target} PROPERTIES CXX_STANDARD 17)
  endif()
  target_link_libraries(${target} PRIVATE curb_flags curb_rules)
endfunction()

# Results do not depend on it, and g++ spends its time where it shows: in compiling.
set(CURB_SIMT_OPTIMIZATION -O1 -g1)

function(curb_add_kernel_test)
  cmake_parse_arguments(PARSE_ARGV 0 arg
    "EMULATOR_ONLY;WITH_KERNELS" "NAME" "SOURCES;KERNELS;LIBRARIES")
  if(NOT arg_NAME OR NOT arg_SOURCES OR arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "curb_add_kernel_test(NAME name SOURCES test... [KERNELS...] "
      "[LIBRARIES...] [EMULATOR_ONLY] [WITH_KERNELS]): got NAME '${arg_NAME}', "
      "SOURCES '${arg_SOURCES}', unknown '${arg_UNPARSED_ARGUMENTS}'")
  endif()

  if(CURB_SANITIZE)  # everything has AddressSanitizer then, which excludes the race check
    set(variants simt_asan)
  else()
    set(variants simt_asan simt_race)
  endif()
  if(CURB_HAVE_CUDA AND NOT arg_EMULATOR_ONLY)
    list(APPEND variants gpu)
  endif()

  foreach(variant IN LISTS variants)
    string(REPLACE "simt_" "" label ${variant})
    set(target ${arg_NAME}_${label})
    set(properties LABELS ${label} TIMEOUT 300)
    if(variant STREQUAL "gpu")
      add_executable(${target})
      foreach(source IN LISTS arg_SOURCES)
        if(arg_WITH_KERNELS)
          # nvcc takes a .cpp only by a property that would hold for the whole directory.
          cmake_path(ABSOLUTE_PATH source OUTPUT_VARIABLE path)
          cmake_path(GET source STEM stem)
          set(source ${CMAKE_CURRENT_BINARY_DIR}/cuda/${target}/${stem}.cu)
          file(CONFIGURE OUTPUT ${source} CONTENT "#include \"${path}\"\n" @ONLY)
        endif()
        target_sources(${target} PRIVATE ${source})
      endforeach()
      set_target_properties(${target} PROPERTIES CUDA_STANDARD 20)
      target_compile_options(${target} PRIVATE
        $<$<COMPILE_LANGUAGE:CXX>:${CURB_TEST_OPTIMIZATION}>)
      target_link_libraries(${target} PRIVATE ${CURB_GPU_LIBRARIES} CUDA::cudart_static)
    else()
      add_executable(${target} ${arg_SOURCES})
      target_link_libraries(${target} PRIVATE curb_${variant})
      target_compile_options(${target} PRIVATE ${CURB_SIMT_OPTIMIZATION})
      list(APPEND properties
        ENVIRONMENT CURB_SIMT_LOG=${CURB_SIMT_LOG_DIR}/${target}.log
        FIXTURES_SETUP curb_kernel_log)
      foreach(kernel IN LISTS arg_KERNELS)
        _curb_kernel_objects(objects ${kernel} ${variant})
        target_link_libraries(${target} PRIVATE ${objects})
      endforeach()
    endif()
    target_link_libraries(${target} PRIVATE
      curb_flags curb_rules ${arg_LIBRARIES} GTest::gtest_main)
    gtest_discover_tests(${target}
      TEST_PREFIX ${label}. DISCOVERY_TIMEOUT 60 PROPERTIES ${properties})
  endforeach()
endfunction()

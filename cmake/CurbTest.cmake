# Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
# curb_add_test(NAME name SOURCES file... [LIBRARIES target...] [LABELS label] [OPTIMIZED])
# Makes the GoogleTest program `name` and registers each of its tests with ctest. Its own sources are
# compiled with CURB_TEST_OPTIMIZATION, or as what they test with OPTIMIZED.

find_package(GTest REQUIRED)
include(GoogleTest)

# A test runs for a moment, and g++ takes half as long again to compile it with -O3.
set(CURB_TEST_OPTIMIZATION $<$<NOT:$<CONFIG:Debug>>:-O1>)

function(curb_add_test)
  cmake_parse_arguments(PARSE_ARGV 0 arg "OPTIMIZED" "NAME" "SOURCES;LIBRARIES;LABELS")
  if(NOT arg_NAME OR NOT arg_SOURCES OR arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "curb_add_test(NAME name SOURCES file... [LIBRARIES...] [LABELS...]): "
      "got NAME '${arg_NAME}', SOURCES '${arg_SOURCES}', unknown '${arg_UNPARSED_ARGUMENTS}'")
  endif()

  list(LENGTH arg_LABELS label_count)
  if(label_count GREATER 1)
    message(FATAL_ERROR "curb_add_test(${arg_NAME}): one label, not '${arg_LABELS}': "
      "gtest_discover_tests loses all but the first of a list")
  endif()

  add_executable(${arg_NAME} ${arg_SOURCES})
  if(NOT arg_OPTIMIZED)
    target_compile_options(${arg_NAME} PRIVATE ${CURB_TEST_OPTIMIZATION})
  endif()
  target_link_libraries(${arg_NAME} PRIVATE curb_flags ${arg_LIBRARIES} GTest::gtest_main)

  set(properties TIMEOUT 300)
  if(arg_LABELS)
    list(APPEND properties LABELS ${arg_LABELS})
  endif()
  # Test by test, not the program as one: a skipped test then shows as skipped, not as passed.
  gtest_discover_tests(${arg_NAME} DISCOVERY_TIMEOUT 60 PROPERTIES ${properties})
endfunction()

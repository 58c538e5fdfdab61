# Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
# cmake -DSOURCE=DIR -DOUT=FILE -P commit.cmake: writes the source of bench/commit.hpp, and leaves it
# alone when it would say the same, so that nothing is compiled again.
cmake_minimum_required(VERSION 3.25)
set(ENV{GIT_OPTIONAL_LOCKS} 0)
execute_process(COMMAND git describe --always --exclude=* --dirty=+
  WORKING_DIRECTORY ${SOURCE}
  OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE RESULT_VARIABLE failed ERROR_QUIET)
if(failed)
  set(commit unknown)
endif()
file(CONFIGURE OUTPUT ${OUT} @ONLY CONTENT "\
#include \"bench/commit.hpp\"
namespace curb::bench {
const char* commit() { return \"@commit@\"; }
}  // namespace curb::bench
")

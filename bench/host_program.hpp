// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The program around the host's benchmarks: its one flag, the conditions it records, how it ends.
#pragma once

#include <functional>

#include "bench/arrays.hpp"

namespace curb::bench {

/// The main of a program of benchmarks over `Arrays` of four times the last-level cache. `add`
/// registers them for a number of threads: the value of --threads=N, or as many as OpenMP would
/// use. Exits with 2 for arguments that are not understood and for whatever is thrown.
int run_host_benchmarks(int argc, char** argv,
                        const std::function<void(Arrays& arrays, int threads)>& add);

}  // namespace curb::bench

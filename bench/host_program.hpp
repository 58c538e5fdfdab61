// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The program around the host's benchmarks: its flags, the conditions it records, how it ends.
#pragma once

#include <benchmark/benchmark.h>

#include <functional>
#include <string>

#include "bench/arrays.hpp"

namespace curb::bench {

/// What the benchmarks of a program work on and with.
struct HostRun {
  Arrays& arrays;  ///< of four times the last-level cache each
  int threads;     ///< the value of --threads=N, or as many as OpenMP would use
  int pairs;       ///< how often what is compared runs in turn; fewer with --quick
  bool quick;      ///< --quick: only the most telling cases
};

/// The main of a program of benchmarks; `add` registers them. Exits with 2 for arguments that are
/// not understood and for whatever is thrown.
int run_host_benchmarks(int argc, char** argv, const std::function<void(const HostRun&)>& add);

/// Registers a benchmark of `run.pairs` iterations that tells the time of each itself. What `body`
/// throws becomes the benchmark's error.
void add_benchmark(const std::string& name, const HostRun& run,
                   std::function<void(benchmark::State&)> body);

}  // namespace curb::bench

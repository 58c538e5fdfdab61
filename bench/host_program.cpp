// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
#include "bench/host_program.hpp"

#include <benchmark/benchmark.h>
#include <omp.h>

#include <charconv>
#include <cstdio>
#include <cstring>
#include <exception>
#include <string>
#include <system_error>

#include "host/plan/host_step.hpp"

namespace curb::bench {
namespace {

/// What is left of the arguments when Google Benchmark has taken its own: the number of threads; 0
/// for an argument that is not understood.
int parse_threads(int argc, char** argv) {
  constexpr char kFlag[] = "--threads=";
  int threads = omp_get_max_threads();
  for (int i = 1; i < argc; ++i) {
    if (std::strncmp(argv[i], kFlag, sizeof kFlag - 1) != 0) return 0;
    const char* text = argv[i] + sizeof kFlag - 1;
    const char* end = text + std::strlen(text);
    const auto [stop, error] = std::from_chars(text, end, threads);
    if (error != std::errc{} || stop != end || threads <= 0) return 0;
  }
  return threads;
}

}  // namespace

int run_host_benchmarks(int argc, char** argv, const std::function<void(Arrays&, int)>& add) try {
  benchmark::Initialize(&argc, argv);
  const int threads = parse_threads(argc, argv);
  if (threads == 0) {
    std::fprintf(stderr, "usage: %s [--threads=N] [--benchmark_...]\n", argv[0]);
    return 2;
  }
  Arrays arrays(element_count());
  benchmark::AddCustomContext("threads", std::to_string(threads));
  benchmark::AddCustomContext("instruction_set", plan::select_host_step().instruction_set);
  benchmark::AddCustomContext("elements", std::to_string(arrays.count()));
  benchmark::AddCustomContext("last_level_cache_bytes", std::to_string(last_level_cache()));
  add(arrays, threads);
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s: %s\n", argv[0], error.what());
  return 2;
}

}  // namespace curb::bench

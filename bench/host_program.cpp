// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
#include "bench/host_program.hpp"

#include <omp.h>

#include <charconv>
#include <cstdio>
#include <cstring>
#include <exception>
#include <optional>
#include <string_view>
#include <utility>

#include "bench/commit.hpp"
#include "bench/registration.hpp"
#include "host/plan/host_step.hpp"

namespace curb::bench {
namespace {

struct Flags {
  int threads = omp_get_max_threads();
  bool quick = false;
};

/// Nothing when one is not understood.
std::optional<Flags> parse(int argc, char** argv) {
  constexpr std::string_view kThreads = "--threads=";
  Flags flags;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "--quick") {
      flags.quick = true;
      continue;
    }
    if (!word.starts_with(kThreads)) return std::nullopt;
    const char* const end = word.data() + word.size();
    const auto [stop, error] = std::from_chars(word.data() + kThreads.size(), end, flags.threads);
    if (error != std::errc{} || stop != end || flags.threads <= 0) return std::nullopt;
  }
  return flags;
}

}  // namespace

int run_host_benchmarks(int argc, char** argv, const std::function<void(const HostRun&)>& add) try {
  benchmark::Initialize(&argc, argv);
  const std::optional<Flags> flags = parse(argc, argv);
  if (!flags) {
    std::fprintf(stderr, "usage: %s [--threads=N] [--quick] [--benchmark_...]\n", argv[0]);
    return 2;
  }
  omp_set_num_threads(flags->threads);  // what Thrust and the trainer go by
  Arrays arrays(element_count());
  benchmark::AddCustomContext("commit", commit());
  benchmark::AddCustomContext("compiler", CURB_COMPILER);
  benchmark::AddCustomContext("threads", std::to_string(flags->threads));
  benchmark::AddCustomContext("instruction_set", plan::select_host_step().instruction_set);
  benchmark::AddCustomContext("elements", std::to_string(arrays.count()));
  benchmark::AddCustomContext("last_level_cache_bytes", std::to_string(last_level_cache()));
  add({arrays, flags->threads, flags->quick ? 15 : 31, flags->quick});
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s: %s\n", argv[0], error.what());
  return 2;
}

void add_benchmark(const std::string& name, const HostRun& run,
                   std::function<void(benchmark::State&)> body) {
  register_benchmark(name, run.pairs, benchmark::kMillisecond, std::move(body));
}

}  // namespace curb::bench

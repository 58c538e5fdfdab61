// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// How every benchmark here is registered.
#pragma once

#include <benchmark/benchmark.h>

#include <exception>
#include <functional>
#include <string>
#include <utility>

namespace curb::bench {

/// Registers a benchmark of so many iterations, which tells the time of each itself. What `body`
/// throws becomes the benchmark's error.
inline void register_benchmark(const std::string& name, int iterations, benchmark::TimeUnit unit,
                               std::function<void(benchmark::State&)> body) {
  benchmark::RegisterBenchmark(name.c_str(),
                               [body = std::move(body)](benchmark::State& state) {
                                 try {
                                   body(state);
                                 } catch (const std::exception& error) {
                                   state.SkipWithError(error.what());
                                 }
                               })
      ->UseManualTime()
      ->Iterations(iterations)
      ->Unit(unit);
}

}  // namespace curb::bench

// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Fused steps with nothing between them, as bench/peers takes them in other libraries: step/CASE.
// mean_magnitude is that of the first eight rows after the first step: where it is the peer's too,
// both did the same to the same numbers.
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "bench/counters.hpp"
#include "bench/host_matrix.hpp"
#include "bench/step_cases.hpp"
#include "bench/update_families.hpp"

namespace curb::bench {
namespace {

double mean_magnitude(const HostMatrix& matrix) {
  constexpr std::int64_t kRows = 8;
  double sum = 0.0;
  for (std::int64_t r = 0; r < kRows; ++r) {
    for (const float w : matrix.neuron(r).weight) sum += std::fabs(double{w});
  }
  return sum / static_cast<double>(kRows * kColumns);
}

void measure(benchmark::State& state, const Group& group, const HostRun& run) {
  const HostMatrix matrix(run.arrays, {run.arrays.rows(), kColumns});
  Plan fused = matrix.plan(group, run.threads);
  if (!matrix.first_step_is_right(group, run.threads, [&] { fused.step(); })) {
    state.SkipWithError(kWrongFirstStep);
    return;
  }
  state.counters["mean_magnitude"] = mean_magnitude(matrix);
  std::vector<double> times;
  for (auto _ : state) {
    times.push_back(seconds_of([&] { fused.step(); }));
    state.SetIterationTime(times.back());
  }
  const double bytes = static_cast<double>(fused.describe().bytes);
  const double count = static_cast<double>(run.arrays.count());
  add_spread(state, "seconds", times);
  state.counters["parameters"] = count;
  state.counters["bytes_per_parameter"] = bytes / count;
  state.counters["GB/s"] = 1e-9 * bytes / median(times);
}

}  // namespace

void add_steps(const HostRun& run) {
  if (run.quick) return;
  for (const StepCase& c : peer_cases()) {
    add_benchmark(std::string("step/") + c.name, run,
                  [=, group = c.group](benchmark::State& state) { measure(state, group, run); });
  }
}

}  // namespace curb::bench

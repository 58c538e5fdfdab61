// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Max-norm by the length of a neuron's incoming weights, and by how they lie:
// rows/incoming_row|incoming_column/LENGTH. time_of_off is the time of momentum with elastic net
// and max-norm as a multiple of the same step without max-norm: the price of the clamp.
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

void measure(benchmark::State& state, const Shape& shape, std::int64_t length, const HostRun& run) {
  const HostMatrix matrix(run.arrays, shape);
  const Group unclamped = momentum_elastic_net();
  Group clamped = unclamped;
  clamped.hyperparameters.max_norm = half_as_long_as_filled(length);
  Plan fused = matrix.plan(clamped, run.threads);
  Plan off = matrix.plan(unclamped, run.threads);
  if (!matrix.first_step_is_right(clamped, run.threads, [&] { fused.step(); })) {
    state.SkipWithError(kWrongFirstStep);
    return;
  }
  std::vector<double> times;
  std::vector<double> time_of_off;
  for (auto _ : state) {
    const auto [fused_time, off_time] =
        seconds_of_pair([&] { fused.step(); }, [&] { off.step(); }, times.size() % 2 == 0);
    times.push_back(fused_time);
    time_of_off.push_back(fused_time / off_time);
    state.SetIterationTime(fused_time);
  }
  const PlanDescription description = fused.describe();
  const double bytes = static_cast<double>(description.bytes);
  add_spread(state, "seconds", times);
  add_spread(state, "time_of_off", time_of_off);
  state.SetLabel(description.tensors.front().tier);
  state.counters["parameters"] = static_cast<double>(shape.size());
  state.counters["bytes_per_parameter"] = bytes / static_cast<double>(shape.size());
  state.counters["GB/s"] = 1e-9 * bytes / median(times);
}

void add(const HostRun& run, Incoming incoming, std::vector<std::int64_t> lengths) {
  for (const std::int64_t length : lengths) {
    const std::int64_t neurons = run.arrays.count() / length;
    if (neurons == 0) continue;
    const bool row = incoming == Incoming::row;
    const Shape shape = row ? Shape{neurons, length, incoming} : Shape{length, neurons, incoming};
    add_benchmark(
        std::string(row ? "rows/incoming_row/" : "rows/incoming_column/") + std::to_string(length),
        run, [=](benchmark::State& state) { measure(state, shape, length, run); });
  }
}

}  // namespace

void add_rows(const HostRun& run) {
  if (run.quick) {
    add(run, Incoming::row, {64, 1024, 65536});
    add(run, Incoming::column, {1024});
    return;
  }
  add(run, Incoming::row, {16, 64, 100, 256, 1000, 1024, 4096, 8192, 65536, 1 << 20});
  add(run, Incoming::column, {16, 64, 256, 1024, 4096});
}

}  // namespace curb::bench

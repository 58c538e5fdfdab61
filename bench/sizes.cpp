// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The fused step by the number of weights: sizes/CASE/N, from what fits the nearest cache to what
// fits none. Small sizes are where a step's fixed costs show: its table, and waking threads.
//
// The plain loop does not know how many threads suit a size, so it runs on one and on all, and
// of_same_mix is the speed beside the better of the two.
#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "bench/counters.hpp"
#include "bench/host_matrix.hpp"
#include "bench/step_cases.hpp"
#include "bench/update_families.hpp"

namespace curb::bench {
namespace {

void measure(benchmark::State& state, const Group& group, std::int64_t count, const HostRun& run) {
  const std::int64_t columns = std::min(count, kColumns);
  const HostMatrix matrix(run.arrays, {count / columns, columns});
  Plan fused = matrix.plan(group, run.threads);
  if (!matrix.first_step_is_right(group, run.threads, [&] { fused.step(); })) {
    state.SkipWithError(kWrongFirstStep);
    return;
  }
  constexpr std::int64_t kWeightsInARow = 1 << 22;
  const std::int64_t repeats = std::clamp<std::int64_t>(kWeightsInARow / count, 1, 1000);
  PlainUpdate& plain_update = *select_plain_update();
  const int states = state_count(group.modes);
  const auto time_plain = [&](int threads) {
    return seconds_in_a_row(repeats, [&] { matrix.update_plainly(plain_update, states, threads); });
  };

  std::vector<double> times;
  std::vector<double> of_same_mix;
  for (auto _ : state) {
    const double alone = time_plain(1);
    times.push_back(seconds_in_a_row(repeats, [&] { fused.step(); }));
    of_same_mix.push_back(std::min(alone, time_plain(run.threads)) / times.back());
    state.SetIterationTime(times.back());
  }
  const double bytes = static_cast<double>(fused.describe().bytes);
  add_spread(state, "seconds", times);
  add_spread(state, "of_same_mix", of_same_mix);
  state.counters["parameters"] = static_cast<double>(count);
  state.counters["bytes_per_parameter"] = bytes / static_cast<double>(count);
  state.counters["GB/s"] = 1e-9 * bytes / median(times);
}

}  // namespace

void add_sizes(const HostRun& run) {
  const int between = run.quick ? 4 : 2;
  for (const StepCase& c : step_cases()) {
    for (int exponent = 10; exponent <= 28; exponent += between) {
      const std::int64_t count = std::int64_t{1} << exponent;
      if (count > run.arrays.count()) break;
      add_benchmark(
          std::string("sizes/") + c.name + '/' + std::to_string(count), run,
          [=, group = c.group](benchmark::State& state) { measure(state, group, count, run); });
    }
  }
}

}  // namespace curb::bench

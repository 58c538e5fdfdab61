// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The fused step on the CPU, against a plain loop with the same reads and writes.
//
//   update_bench [--threads=N] [Google Benchmark's flags]
//
// Both run in turn in one process, plain before and after fused, and so does a plan with every
// stage off; what is reported is the median of the paired ratios, which outlives a machine that
// others use too:
//   of_same_mix   speed of the fused step as a fraction of the plain loop's, with _min and _max
//   time_of_off   time of the fused step as a multiple of the plan's with every stage off
// The entries named off measure the same plan twice: their time_of_off shows the noise.
// Before anything is timed, a first step is compared with the formulas in double precision.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <curb/curb.hpp>
#include <string>
#include <vector>

#include "bench/arrays.hpp"
#include "bench/first_step.hpp"
#include "bench/host_program.hpp"
#include "bench/plain_update.hpp"
#include "bench/timing.hpp"

namespace curb::bench {
namespace {

constexpr int kPairs = 15;

struct OptimizerCase {
  const char* name;
  OptimizerKind kind;
};
constexpr OptimizerCase kOptimizers[] = {{"sgd", OptimizerKind::sgd},
                                         {"momentum", OptimizerKind::momentum},
                                         {"adam", OptimizerKind::adam}};

/// Each has the stages of those before it.
enum class Stages { off, elastic_net, element_wise, max_norm };
constexpr const char* kStageNames[] = {"off", "elastic_net", "element_wise", "max_norm"};

Group make_group(OptimizerKind optimizer, Stages stages) {
  Group group;
  group.name = "all";
  group.modes.optimizer = optimizer;
  group.hyperparameters.learning_rate = 1e-3f;
  if (stages >= Stages::elastic_net) {
    group.modes.l2 = L2Mode::prox;
    group.hyperparameters.l1 = 1e-3f;
    group.hyperparameters.l2 = 0.01f;
  }
  if (stages >= Stages::element_wise) {
    group.modes.non_negative = true;
    group.hyperparameters.weight_decay = 0.01f;
  }
  // Every row starts outside this ball (its norm is about 1.3 when non-negative).
  if (stages >= Stages::max_norm) group.hyperparameters.max_norm = 1.0f;
  return group;
}

Plan make_plan(const Group& group, Arrays& arrays, int threads) {
  Tensor tensor = Tensor::matrix("weight", arrays.weight(), arrays.rows(), kColumns);
  for (int i = 0; i < state_count(group.modes); ++i) tensor.state[i] = arrays.state(i);
  Plan plan(Device::cpu(threads), {group}, {tensor});
  plan.bind_gradients({arrays.gradient()});
  return plan;
}

void run(benchmark::State& state, OptimizerKind optimizer, Stages stages, Arrays& arrays,
         int threads) {
  arrays.fill(threads);
  const Group group = make_group(optimizer, stages);
  Plan fused = make_plan(group, arrays, threads);
  Plan off = make_plan(make_group(optimizer, Stages::off), arrays, threads);
  FirstStepCheck check;
  check.expect(group, arrays.rows(), [&](std::int64_t r) { return arrays.row(r); });
  fused.step();
  if (!check.holds()) {
    state.SkipWithError("the first step is not what the formulas say");
    return;
  }
  PlainUpdate* const plain_update = select_plain_update();
  const auto time_plain = [&] {
    return seconds_of([&] {
      plain_update(threads, arrays.count(), state_count(group.modes), arrays.weight(),
                   arrays.gradient(), arrays.state(0), arrays.state(1));
    });
  };
  const auto time_fused = [&] { return seconds_of([&] { fused.step(); }); };
  const auto time_off = [&] { return seconds_of([&] { off.step(); }); };

  std::vector<double> fused_times;
  std::vector<double> of_same_mix;
  std::vector<double> time_of_off;
  const std::uint64_t clamped_before = fused.statistics().clamped_rows;
  time_off();  // wakes the threads
  double plain_before = time_plain();
  for (auto _ : state) {
    // Fused and off change places from pair to pair, so that neither always follows the other.
    const bool fused_first = fused_times.size() % 2 == 0;
    const double first = fused_first ? time_fused() : time_off();
    const double second = fused_first ? time_off() : time_fused();
    const double fused_time = fused_first ? first : second;
    const double off_time = fused_first ? second : first;
    const double plain_after = time_plain();
    state.SetIterationTime(fused_time);
    fused_times.push_back(fused_time);
    of_same_mix.push_back(0.5 * (plain_before + plain_after) / fused_time);
    time_of_off.push_back(fused_time / off_time);
    plain_before = plain_after;
  }
  const double bytes = static_cast<double>(fused.describe().bytes);
  const std::uint64_t clamped = fused.statistics().clamped_rows - clamped_before;
  const auto [lowest, highest] = std::minmax_element(of_same_mix.begin(), of_same_mix.end());
  state.counters["bytes_per_parameter"] = bytes / static_cast<double>(arrays.count());
  state.counters["GB/s"] = 1e-9 * bytes / median(fused_times);
  state.counters["of_same_mix"] = median(of_same_mix);
  state.counters["of_same_mix_min"] = *lowest;
  state.counters["of_same_mix_max"] = *highest;
  state.counters["time_of_off"] = median(time_of_off);
  state.counters["clamped_rows"] =
      static_cast<double>(clamped) / static_cast<double>(arrays.rows() * kPairs);
}

void register_benchmarks(Arrays& arrays, int threads) {
  for (const OptimizerCase& optimizer : kOptimizers) {
    for (const Stages stages :
         {Stages::off, Stages::elastic_net, Stages::element_wise, Stages::max_norm}) {
      const std::string name = std::string("update/") + optimizer.name + '/' +
                               kStageNames[static_cast<std::size_t>(stages)];
      const OptimizerKind kind = optimizer.kind;
      benchmark::RegisterBenchmark(name.c_str(),
                                   [kind, stages, &arrays, threads](benchmark::State& state) {
                                     run(state, kind, stages, arrays, threads);
                                   })
          ->UseManualTime()
          ->Iterations(kPairs)
          ->Unit(benchmark::kMillisecond);
    }
  }
}

}  // namespace
}  // namespace curb::bench

int main(int argc, char** argv) {
  return curb::bench::run_host_benchmarks(argc, argv, curb::bench::register_benchmarks);
}

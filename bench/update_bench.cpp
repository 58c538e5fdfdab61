// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The fused step on the CPU, against a plain loop with the same reads and writes.
//
//   update_bench [--threads=N] [--quick] [Google Benchmark's flags]
//
//   update/OPTIMIZER/STAGES  arrays of four times the last-level cache: here
//   sizes/CASE/N             by the number of weights: sizes.cpp
//   rows/INCOMING/LENGTH     max-norm by the length of a row or column: rows.cpp
//   storage/NAME             by how weights, gradients and momentum are stored: storage.cpp
//   step/CASE                steps alone, for bench/peers: steps.cpp
//
// What is compared runs in turn in one process; what is reported is the median of the paired
// ratios, which outlives a machine that others use too, with _min, _low, _high (the quartiles) and
// _max:
//   seconds       of a fused step
//   of_same_mix   its speed as a fraction of the plain loop's
//   time_of_off   its time as a multiple of the plan's with every stage off
// The entries named off measure the same plan twice: their time_of_off shows the noise.
// Before anything is timed, a first step is compared with the formulas in double precision.
#include <benchmark/benchmark.h>

#include <curb/curb.hpp>
#include <string>
#include <vector>

#include "bench/counters.hpp"
#include "bench/host_matrix.hpp"
#include "bench/host_program.hpp"
#include "bench/update_families.hpp"

namespace curb::bench {
namespace {

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

void measure(benchmark::State& state, OptimizerKind optimizer, Stages stages, const HostRun& run) {
  const HostMatrix matrix(run.arrays, {run.arrays.rows(), kColumns});
  const Group group = make_group(optimizer, stages);
  Plan fused = matrix.plan(group, run.threads);
  Plan off = matrix.plan(make_group(optimizer, Stages::off), run.threads);
  if (!matrix.first_step_is_right(group, run.threads, [&] { fused.step(); })) {
    state.SkipWithError(kWrongFirstStep);
    return;
  }
  PlainUpdate& plain_update = *select_plain_update();
  const int states = state_count(group.modes);
  const auto time_plain = [&] {
    return seconds_of([&] { matrix.update_plainly(plain_update, states, run.threads); });
  };

  std::vector<double> fused_times;
  std::vector<double> of_same_mix;
  std::vector<double> time_of_off;
  const std::uint64_t clamped_before = fused.statistics().clamped_rows;
  off.step();  // wakes the threads
  double plain_before = time_plain();
  for (auto _ : state) {
    const auto [fused_time, off_time] =
        seconds_of_pair([&] { fused.step(); }, [&] { off.step(); }, fused_times.size() % 2 == 1);
    const double plain_after = time_plain();
    state.SetIterationTime(fused_time);
    fused_times.push_back(fused_time);
    of_same_mix.push_back(0.5 * (plain_before + plain_after) / fused_time);
    time_of_off.push_back(fused_time / off_time);
    plain_before = plain_after;
  }
  const double bytes = static_cast<double>(fused.describe().bytes);
  const std::uint64_t clamped = fused.statistics().clamped_rows - clamped_before;
  add_spread(state, "seconds", fused_times);
  add_spread(state, "of_same_mix", of_same_mix);
  add_spread(state, "time_of_off", time_of_off);
  state.counters["parameters"] = static_cast<double>(run.arrays.count());
  state.counters["bytes_per_parameter"] = bytes / static_cast<double>(run.arrays.count());
  state.counters["GB/s"] = 1e-9 * bytes / median(fused_times);
  state.counters["clamped_rows"] =
      static_cast<double>(clamped) / static_cast<double>(run.arrays.rows() * run.pairs);
}

void add_update(const HostRun& run) {
  for (const OptimizerCase& optimizer : kOptimizers) {
    for (const Stages stages :
         {Stages::off, Stages::elastic_net, Stages::element_wise, Stages::max_norm}) {
      if (run.quick && stages == Stages::element_wise) continue;
      add_benchmark(std::string("update/") + optimizer.name + '/' +
                        kStageNames[static_cast<std::size_t>(stages)],
                    run,
                    [=](benchmark::State& state) { measure(state, optimizer.kind, stages, run); });
    }
  }
}

}  // namespace
}  // namespace curb::bench

int main(int argc, char** argv) {
  using namespace curb::bench;
  return run_host_benchmarks(argc, argv, [](const HostRun& run) {
    add_update(run);
    add_sizes(run);
    add_rows(run);
    add_storage(run);
    add_steps(run);
  });
}

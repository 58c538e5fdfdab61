// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The fused step on the CPU against the same step in separate passes (kernels/unfused).
//
//   unfused_bench [--threads=N] [Google Benchmark's flags]
//
// Both work on the same arrays in turn, in one process; each entry is one of the rivals:
//   each_operation    decay, moments, step and every regulariser in passes of their own
//   zipped_optimizer  the optimiser in one zipped pass, then a pass for each regulariser
// and gives
//   time_of_fused     the rival's time as a multiple of the fused step's: the median of the paired
//                     ratios, with _min and _max
//   bytes_of_fused    what the bytes that both move predict for it
// The step of both is compared with the formulas in double precision before anything is timed.
#include <benchmark/benchmark.h>
#include <omp.h>

#include <algorithm>
#include <cstdio>
#include <curb/curb.hpp>
#include <exception>
#include <memory>
#include <string>
#include <vector>

#include "bench/arrays.hpp"
#include "bench/first_step.hpp"
#include "bench/timing.hpp"
#include "host/plan/host_step.hpp"
#include "kernels/unfused/unfused.hpp"

namespace curb::bench {
namespace {

using kernels::unfused::MakeStep;
using kernels::unfused::Passes;
using kernels::unfused::Traffic;

constexpr int kPairs = 15;

/// The rival compiled for the instruction set that a Plan uses on this processor.
MakeStep* select_make_step() {
#if defined(CURB_X86_64_LEVELS)
  const plan::RunItem* run_item = plan::select_host_step().run_item;
  if (run_item == plan::run_item_x86_64_v4) return kernels::unfused::make_step_x86_64_v4;
  if (run_item == plan::run_item_x86_64_v3) return kernels::unfused::make_step_x86_64_v3;
#endif
  return kernels::unfused::make_step_baseline;
}

struct Case {
  const char* name;
  Group group;
};

std::vector<Case> cases() {
  Group sgd;
  sgd.name = "all";
  sgd.hyperparameters.learning_rate = 1e-3f;
  Group elastic_net = sgd;
  elastic_net.modes.optimizer = OptimizerKind::momentum;
  elastic_net.modes.l2 = L2Mode::prox;
  elastic_net.hyperparameters.l1 = 1e-3f;
  elastic_net.hyperparameters.l2 = 0.01f;
  Group max_norm = elastic_net;
  max_norm.hyperparameters.max_norm = 1.0f;  // every row starts outside: its norm is about 1.8
  Group adamw = sgd;
  adamw.modes.optimizer = OptimizerKind::adam;
  adamw.hyperparameters.weight_decay = 0.01f;
  adamw.hyperparameters.l1 = 1e-3f;
  return {{"sgd", sgd},
          {"momentum_elastic_net", elastic_net},
          {"momentum_elastic_net_max_norm", max_norm},
          {"adamw_l1", adamw}};
}

/// The rival, with the filters that it must be told.
class Unfused {
 public:
  Unfused(const Group& group, Passes passes, Arrays& arrays)
      : modes_(group.modes),
        hyperparameters_(group.hyperparameters),
        matrix_{arrays.weight(),
                arrays.gradient(),
                {arrays.state(0), arrays.state(1)},
                arrays.rows(),
                kColumns},
        step_(select_make_step()(group.modes, passes, arrays.rows(), kColumns)) {}

  void step() { step_->run(rules::advance(modes_, hyperparameters_, filter_), matrix_, nullptr); }
  Traffic traffic() const { return step_->traffic(); }

 private:
  rules::Modes modes_;
  rules::Hyperparameters hyperparameters_;
  rules::FilterState filter_;
  kernels::unfused::Matrix matrix_;
  std::unique_ptr<kernels::unfused::Step> step_;
};

void run(benchmark::State& state, const Group& group, Passes passes, Arrays& arrays, int threads) {
  Tensor tensor = Tensor::matrix("weight", arrays.weight(), arrays.rows(), kColumns);
  tensor.state[0] = arrays.state(0);
  tensor.state[1] = arrays.state(1);
  Plan fused(Device::cpu(threads), {group}, {tensor});
  fused.bind_gradients({arrays.gradient()});
  Unfused unfused(group, passes, arrays);

  const FirstStepArrays view{arrays.weight(), arrays.gradient(), arrays.state(0),
                             arrays.state(1), arrays.rows(),     kColumns};
  arrays.fill(threads);
  bool right = first_step_is_right(group, view, [&] { fused.step(); });
  arrays.fill(threads);
  right = first_step_is_right(group, view, [&] { unfused.step(); }) && right;
  if (!right) {
    state.SkipWithError("a first step is not what the formulas say");
    return;
  }

  std::vector<double> fused_times;
  std::vector<double> unfused_times;
  std::vector<double> ratios;
  const std::uint64_t clamped_before = fused.statistics().clamped_rows;
  for (auto _ : state) {
    // They change places from pair to pair, so that neither always follows the other.
    const bool fused_first = ratios.size() % 2 == 0;
    const auto time_fused = [&] { fused_times.push_back(seconds_of([&] { fused.step(); })); };
    if (fused_first) time_fused();
    unfused_times.push_back(seconds_of([&] { unfused.step(); }));
    if (!fused_first) time_fused();
    ratios.push_back(unfused_times.back() / fused_times.back());
    state.SetIterationTime(fused_times.back());
  }

  const double fused_bytes = static_cast<double>(fused.describe().bytes);
  const double clamped =
      static_cast<double>(fused.statistics().clamped_rows - clamped_before) /
      static_cast<double>(arrays.rows() * static_cast<std::int64_t>(ratios.size()));
  const Traffic traffic = unfused.traffic();
  const double unfused_bytes =
      static_cast<double>(traffic.bytes) + clamped * static_cast<double>(traffic.rescaling);
  const double count = static_cast<double>(arrays.count());
  const auto [lowest, highest] = std::minmax_element(ratios.begin(), ratios.end());
  state.counters["time_of_fused"] = median(ratios);
  state.counters["time_of_fused_min"] = *lowest;
  state.counters["time_of_fused_max"] = *highest;
  state.counters["bytes_of_fused"] = unfused_bytes / fused_bytes;
  state.counters["fused_bytes_per_parameter"] = fused_bytes / count;
  state.counters["unfused_bytes_per_parameter"] = unfused_bytes / count;
  state.counters["fused_GB/s"] = 1e-9 * fused_bytes / median(fused_times);
  state.counters["unfused_GB/s"] = 1e-9 * unfused_bytes / median(unfused_times);
  state.counters["passes"] = traffic.passes;
  state.counters["clamped_rows"] = clamped;
}

void register_benchmarks(Arrays& arrays, int threads) {
  for (const Case& c : cases()) {
    for (const Passes passes : {Passes::each_operation, Passes::zipped_optimizer}) {
      const std::string name =
          std::string("unfused/") + c.name +
          (passes == Passes::each_operation ? "/each_operation" : "/zipped_optimizer");
      benchmark::RegisterBenchmark(
          name.c_str(),
          [group = c.group, passes, &arrays, threads](benchmark::State& state) {
            run(state, group, passes, arrays, threads);
          })
          ->UseManualTime()
          ->Iterations(kPairs)
          ->Unit(benchmark::kMillisecond);
    }
  }
}

int main_of(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  const int threads = parse_threads(argc, argv);
  if (threads == 0) {
    std::fprintf(stderr, "usage: %s [--threads=N] [--benchmark_...]\n", argv[0]);
    return 2;
  }
  omp_set_num_threads(threads);  // what Thrust goes by
  Arrays arrays(element_count());
  benchmark::AddCustomContext("threads", std::to_string(threads));
  benchmark::AddCustomContext("instruction_set", plan::select_host_step().instruction_set);
  benchmark::AddCustomContext("elements", std::to_string(arrays.count()));
  benchmark::AddCustomContext("last_level_cache_bytes", std::to_string(last_level_cache()));
  register_benchmarks(arrays, threads);
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}

}  // namespace
}  // namespace curb::bench

int main(int argc, char** argv) {
  try {
    return curb::bench::main_of(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "unfused_bench: %s\n", error.what());
    return 2;
  }
}

// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The fused step on the CPU against the same step in separate passes (kernels/unfused).
//
//   unfused_bench [--threads=N] [--quick] [Google Benchmark's flags]
//
// Both work on the same arrays in turn, in one process; each entry is one of the rivals:
//   each_operation    decay, moments, step and every regulariser in passes of their own
//   zipped_optimizer  the optimiser in one zipped pass, then a pass for each regulariser
// and gives
//   time_of_fused     the rival's time as a multiple of the fused step's: the median of the paired
//                     ratios, with _min, _low, _high (the quartiles) and _max
//   seconds           of the fused step, likewise; unfused_seconds of the rival's
//   bytes_of_fused    what the bytes that both move predict for it
// The step of both is compared with the formulas in double precision before anything is timed.
#include <benchmark/benchmark.h>

#include <curb/curb.hpp>
#include <string>
#include <vector>

#include "bench/counters.hpp"
#include "bench/host_matrix.hpp"
#include "bench/host_program.hpp"
#include "bench/instruction_set.hpp"
#include "bench/step_cases.hpp"
#include "bench/unfused_step.hpp"

namespace curb::bench {
namespace {

using kernels::unfused::MakeStep;
using kernels::unfused::Traffic;

/// The rival compiled for the instruction set that a Plan uses on this processor.
MakeStep* select_make_step() {
  using namespace kernels::unfused;
#if defined(CURB_X86_64_LEVELS)
  return like_the_plan(make_step_baseline, make_step_x86_64_v3, make_step_x86_64_v4);
#else
  return make_step_baseline;
#endif
}

void measure(benchmark::State& state, const Group& group, Passes passes, const HostRun& run) {
  Arrays& arrays = run.arrays;
  const HostMatrix matrix(arrays, {arrays.rows(), kColumns});
  Plan fused = matrix.plan(group, run.threads);
  UnfusedStep unfused(*select_make_step(), group, passes,
                      {arrays.weight(),
                       arrays.gradient(),
                       {arrays.state(0), arrays.state(1)},
                       arrays.rows(),
                       kColumns});
  if (!matrix.first_step_is_right(group, run.threads, [&] { fused.step(); }) ||
      !matrix.first_step_is_right(group, run.threads, [&] { unfused.step(); })) {
    state.SkipWithError(kWrongFirstStep);
    return;
  }

  std::vector<double> fused_times;
  std::vector<double> unfused_times;
  std::vector<double> ratios;
  const std::uint64_t clamped_before = fused.statistics().clamped_rows;
  for (auto _ : state) {
    const auto [fused_time, unfused_time] =
        seconds_of_pair([&] { fused.step(); }, [&] { unfused.step(); }, ratios.size() % 2 == 1);
    fused_times.push_back(fused_time);
    unfused_times.push_back(unfused_time);
    ratios.push_back(unfused_time / fused_time);
    state.SetIterationTime(fused_time);
  }

  const double fused_bytes = static_cast<double>(fused.describe().bytes);
  const double clamped =
      static_cast<double>(fused.statistics().clamped_rows - clamped_before) /
      static_cast<double>(arrays.rows() * static_cast<std::int64_t>(ratios.size()));
  const Traffic traffic = unfused.traffic();
  const double unfused_bytes =
      static_cast<double>(traffic.bytes) + clamped * static_cast<double>(traffic.rescaling);
  const double count = static_cast<double>(arrays.count());
  add_spread(state, "seconds", fused_times);
  add_spread(state, "unfused_seconds", unfused_times);
  add_spread(state, "time_of_fused", ratios);
  state.counters["bytes_of_fused"] = unfused_bytes / fused_bytes;
  state.counters["parameters"] = count;
  state.counters["bytes_per_parameter"] = fused_bytes / count;
  state.counters["unfused_bytes_per_parameter"] = unfused_bytes / count;
  state.counters["GB/s"] = 1e-9 * fused_bytes / median(fused_times);
  state.counters["unfused_GB/s"] = 1e-9 * unfused_bytes / median(unfused_times);
  state.counters["passes"] = traffic.passes;
  state.counters["clamped_rows"] = clamped;
}

void add_unfused(const HostRun& run) {
  for (const StepCase& c : step_cases()) {
    for (const Passes passes : {Passes::each_operation, Passes::zipped_optimizer}) {
      add_benchmark(
          std::string("unfused/") + c.name + '/' + passes_name(passes), run,
          [=, group = c.group](benchmark::State& state) { measure(state, group, passes, run); });
    }
  }
}

}  // namespace
}  // namespace curb::bench

int main(int argc, char** argv) {
  return curb::bench::run_host_benchmarks(argc, argv, curb::bench::add_unfused);
}

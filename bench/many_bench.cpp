// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Many small tensors in one plan on the CPU: many/COUNT, tensors of 64 to 4,096 weights in four
// groups, momentum with elastic net.
//
//   many_bench [--threads=N] [--quick] [Google Benchmark's flags]
//
//   seconds         of a step, with gradients that stay where they are
//   rebind_seconds  of binding all gradients at new addresses, as frameworks need it
//   plan_seconds    of making the plan
//   of_same_mix     the step's speed as a fraction of one plain loop's over as many weights in one
//                   piece, on one thread or on all, whichever is faster: what is lost to their
//                   being many
// Medians, with _min, _low, _high (the quartiles) and _max.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdint>
#include <curb/curb.hpp>
#include <optional>
#include <string>
#include <vector>

#include "bench/counters.hpp"
#include "bench/first_step.hpp"
#include "bench/host_matrix.hpp"
#include "bench/host_program.hpp"
#include "bench/many_tensors.hpp"

namespace curb::bench {
namespace {

/// Where tensors of those sizes begin when they lie one after the other, each aligned to 64 bytes;
/// the last number is where they end.
std::vector<std::int64_t> place(const std::vector<Shape>& shapes) {
  constexpr std::int64_t kAlignment = 16;
  std::vector<std::int64_t> first{0};
  for (const Shape& shape : shapes) {
    first.push_back(first.back() + (shape.size() + kAlignment - 1) / kAlignment * kAlignment);
  }
  return first;
}

class ManyTensors {
 public:
  explicit ManyTensors(Arrays& arrays, int count)
      : arrays_(arrays), shapes_(many_shapes(count)), first_(place(shapes_)) {
    for (std::size_t i = 0; i < shapes_.size(); ++i) {
      // Two places for gradients: the second state's array is of no other use here.
      gradients_[0].push_back(arrays.gradient() + first_[i]);
      gradients_[1].push_back(arrays.state(1) + first_[i]);
    }
  }

  std::int64_t end() const { return first_.back(); }
  const std::vector<const void*>& gradients(int place) const { return gradients_[place]; }

  Plan plan(int threads) const {
    const std::vector<Group> groups = many_groups();
    std::vector<Tensor> tensors;
    for (std::size_t i = 0; i < shapes_.size(); ++i) {
      tensors.push_back(Tensor::matrix("tensor " + std::to_string(i), arrays_.weight() + first_[i],
                                       shapes_[i].rows, shapes_[i].columns, i % groups.size()));
      tensors.back().state[0] = arrays_.state(0) + first_[i];
    }
    return {Device::cpu(threads), groups, tensors};
  }

  /// Some of the tensors, before a step.
  void expect(FirstStepCheck& check) const {
    const std::vector<Group> groups = many_groups();
    constexpr std::size_t kChecked = 16;
    for (std::size_t k = 0; k < kChecked; ++k) {
      const std::size_t i = k * shapes_.size() / kChecked;
      check.expect(groups[i % groups.size()], 1, [this, i](std::int64_t) {
        return arrays_.neuron(first_[i], shapes_[i].size(), 1);
      });
    }
  }

 private:
  Arrays& arrays_;
  std::vector<Shape> shapes_;
  std::vector<std::int64_t> first_;
  std::vector<const void*> gradients_[2];
};

void measure(benchmark::State& state, int count, const HostRun& run) {
  const ManyTensors tensors(run.arrays, count);
  std::optional<Plan> plan;
  std::vector<double> plan_times;
  for (int i = 0; i < run.pairs; ++i) {
    plan_times.push_back(seconds_of([&] { plan.emplace(tensors.plan(run.threads)); }));
  }
  plan->bind_gradients(tensors.gradients(0));
  run.arrays.fill(run.threads);
  FirstStepCheck check;
  tensors.expect(check);
  plan->step();
  if (!check.holds()) {
    state.SkipWithError(kWrongFirstStep);
    return;
  }

  const HostMatrix whole(run.arrays, {1, tensors.end()});
  PlainUpdate& plain_update = *select_plain_update();
  const std::int64_t repeats = std::max(1, 1000 / count);
  const auto time_plain = [&](int threads) {
    return seconds_in_a_row(repeats, [&] { whole.update_plainly(plain_update, 1, threads); });
  };
  std::vector<double> times;
  std::vector<double> rebind_times;
  std::vector<double> of_same_mix;
  for (auto _ : state) {
    const double alone = time_plain(1);
    times.push_back(seconds_in_a_row(repeats, [&] { plan->step(); }));
    of_same_mix.push_back(std::min(alone, time_plain(run.threads)) / times.back());
    // Away and back, so that the step itself always meets the same gradients.
    rebind_times.push_back(0.5 * seconds_in_a_row(repeats, [&] {
                             plan->bind_gradients(tensors.gradients(1));
                             plan->bind_gradients(tensors.gradients(0));
                           }));
    state.SetIterationTime(times.back());
  }
  const PlanDescription description = plan->describe();
  double parameters = 0.0;
  for (const PlanDescription::Entry& entry : description.tensors) {
    parameters += static_cast<double>(entry.parameters);
  }
  add_spread(state, "seconds", times);
  add_spread(state, "rebind_seconds", rebind_times);
  add_spread(state, "plan_seconds", plan_times);
  add_spread(state, "of_same_mix", of_same_mix);
  state.counters["parameters"] = parameters;
  state.counters["bytes_per_parameter"] = static_cast<double>(description.bytes) / parameters;
  state.counters["GB/s"] = 1e-9 * static_cast<double>(description.bytes) / median(times);
}

void add_many(const HostRun& run) {
  for (const int count : {10, 100, 1000, 10000}) {
    if (place(many_shapes(count)).back() > run.arrays.count()) continue;
    add_benchmark("many/" + std::to_string(count), run,
                  [=](benchmark::State& state) { measure(state, count, run); });
  }
}

}  // namespace
}  // namespace curb::bench

int main(int argc, char** argv) {
  return curb::bench::run_host_benchmarks(argc, argv, curb::bench::add_many);
}

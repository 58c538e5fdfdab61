// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Momentum with elastic net by how things are stored: storage/NAME. time_of_fp32 is the step's time
// as a multiple of the same step's with everything in fp32, bytes_of_fp32 what the bytes that both
// move predict for it.
#include <cstddef>
#include <cstdint>
#include <curb/rules/storage.hpp>
#include <memory>
#include <string>
#include <vector>

#include "bench/counters.hpp"
#include "bench/host_matrix.hpp"
#include "bench/step_cases.hpp"
#include "bench/update_families.hpp"

namespace curb::bench {
namespace {

struct StorageCase {
  const char* name;
  Storage weight;
  DataType gradient;
  DataType momentum;
};
constexpr StorageCase kCases[] = {
    {"float32", Storage::float32, DataType::float32, DataType::float32},
    {"bfloat16_gradient", Storage::float32, DataType::bfloat16, DataType::float32},
    {"bfloat16_master", Storage::bfloat16_master, DataType::bfloat16, DataType::float32},
    {"bfloat16_remainder", Storage::bfloat16_remainder, DataType::bfloat16, DataType::float32},
    {"bfloat16_remainder_and_momentum", Storage::bfloat16_remainder, DataType::bfloat16,
     DataType::bfloat16},
    {"bfloat16_stochastic", Storage::bfloat16_stochastic, DataType::bfloat16, DataType::float32},
};

/// What of the shared arrays a case keeps in 16 bits.
class Narrow {
 public:
  explicit Narrow(std::int64_t count)
      : weight(halves(count)),
        remainder(halves(count)),
        gradient(halves(count)),
        momentum(halves(count)),
        count_(count) {}

  /// Rounds the arrays; each thread what it will later work on.
  void fill(Arrays& arrays, int threads) {
#pragma omp parallel for num_threads(threads) schedule(static)
    for (std::int64_t i = 0; i < count_; ++i) {
      const rules::SplitFloat parts = rules::split(arrays.weight()[i]);
      weight[i] = parts.bfloat16;
      remainder[i] = parts.remainder;
      gradient[i] = rules::to_bfloat16(arrays.gradient()[i]);
      momentum[i] = rules::to_bfloat16(arrays.state(0)[i]);
    }
  }

  std::unique_ptr<std::uint16_t[]> weight;
  std::unique_ptr<std::uint16_t[]> remainder;
  std::unique_ptr<std::uint16_t[]> gradient;
  std::unique_ptr<std::uint16_t[]> momentum;

 private:
  static std::unique_ptr<std::uint16_t[]> halves(std::int64_t count) {
    return std::make_unique_for_overwrite<std::uint16_t[]>(static_cast<std::size_t>(count));
  }

  std::int64_t count_;
};

Plan make_plan(const StorageCase& c, Arrays& arrays, Narrow& narrow, int threads) {
  Tensor tensor = Tensor::matrix("weight", arrays.weight(), arrays.rows(), kColumns);
  tensor.storage = c.weight;
  if (c.weight != Storage::float32) tensor.bfloat16 = narrow.weight.get();
  if (c.weight == Storage::bfloat16_remainder) tensor.remainder = narrow.remainder.get();
  if (c.weight == Storage::bfloat16_remainder || c.weight == Storage::bfloat16_stochastic) {
    tensor.parameter = nullptr;
  }
  tensor.gradient_type = c.gradient;
  tensor.state_type[0] = c.momentum;
  tensor.state[0] = arrays.state(0);
  if (c.momentum == DataType::bfloat16) tensor.state[0] = narrow.momentum.get();
  Plan plan(Device::cpu(threads), {momentum_elastic_net()}, {tensor});
  const void* gradient = arrays.gradient();
  if (c.gradient == DataType::bfloat16) gradient = narrow.gradient.get();
  plan.bind_gradients({gradient});
  return plan;
}

/// Row r as the case's step reads it.
FirstStepRow read_row(const StorageCase& c, const Arrays& arrays, const Narrow& narrow,
                      std::int64_t r) {
  FirstStepRow row = arrays.row(r);
  for (std::int64_t i = 0; i < kColumns; ++i) {
    const std::int64_t at = r * kColumns + i;
    if (c.weight == Storage::bfloat16_remainder) {
      row.weight[i] = rules::join({narrow.weight[at], narrow.remainder[at]});
    } else if (c.weight == Storage::bfloat16_stochastic) {
      row.weight[i] = rules::from_bfloat16(narrow.weight[at]);
    }
    if (c.gradient == DataType::bfloat16) {
      row.gradient[i] = rules::from_bfloat16(narrow.gradient[at]);
    }
    if (c.momentum == DataType::bfloat16) {
      row.state[0][i] = rules::from_bfloat16(narrow.momentum[at]);
    }
  }
  return row;
}

void measure(benchmark::State& state, const StorageCase& c, const HostRun& run) {
  Narrow narrow(run.arrays.count());
  Plan subject = make_plan(c, run.arrays, narrow, run.threads);
  Plan fp32 = make_plan(kCases[0], run.arrays, narrow, run.threads);
  run.arrays.fill(run.threads);
  narrow.fill(run.arrays, run.threads);
  FirstStepCheck check;
  check.expect(momentum_elastic_net(), run.arrays.rows(),
               [&](std::int64_t r) { return read_row(c, run.arrays, narrow, r); });
  subject.step();
  // A bfloat16 that is rounded up or down at random is off by up to 2^-7 of its value.
  const bool rounded = c.weight == Storage::bfloat16_stochastic;
  if (!(rounded ? check.holds(0.2 * 0x1p-7) : check.holds())) {
    state.SkipWithError(kWrongFirstStep);
    return;
  }
  std::vector<double> times;
  std::vector<double> ratios;
  for (auto _ : state) {
    const auto [time, fp32_time] =
        seconds_of_pair([&] { subject.step(); }, [&] { fp32.step(); }, times.size() % 2 == 0);
    times.push_back(time);
    ratios.push_back(time / fp32_time);
    state.SetIterationTime(time);
  }
  const double bytes = static_cast<double>(subject.describe().bytes);
  add_spread(state, "seconds", times);
  add_spread(state, "time_of_fp32", ratios);
  state.counters["bytes_of_fp32"] = bytes / static_cast<double>(fp32.describe().bytes);
  state.counters["parameters"] = static_cast<double>(run.arrays.count());
  state.counters["bytes_per_parameter"] = bytes / static_cast<double>(run.arrays.count());
  state.counters["GB/s"] = 1e-9 * bytes / median(times);
}

}  // namespace

void add_storage(const HostRun& run) {
  for (const StorageCase& c : kCases) {
    if (run.quick && c.gradient == DataType::float32) continue;  // the reference beside itself
    add_benchmark(std::string("storage/") + c.name, run,
                  [=](benchmark::State& state) { measure(state, c, run); });
  }
}

}  // namespace curb::bench

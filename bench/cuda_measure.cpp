// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
#include "bench/cuda_measure.hpp"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <utility>

#include "bench/counters.hpp"
#include "bench/cuda_device.hpp"
#include "bench/registration.hpp"

namespace curb::bench {
namespace {

/// What all benchmarks share; made when the first of them runs.
struct Machine {
  explicit Machine(bool tiny) {
    int device = 0;
    check(cudaGetDevice(&device), "asking for the current device");
    int bytes = 0;
    check(cudaDeviceGetAttribute(&bytes, cudaDevAttrL2CacheSize, device), "asking for the L2 size");
    const std::int64_t cache = tiny ? 1 << 16 : std::max(bytes, 1 << 20);
    displacing_count = 2 * cache / static_cast<std::int64_t>(sizeof(float));
    displacing = std::make_unique<DeviceFloats>(displacing_count);
    fill(displacing->data(), displacing_count, Values::weight, stream.get());
    stream.wait();
  }

  void displace() { displace_cache(displacing->data(), displacing_count, stream.get()); }

  DeviceStream stream;
  EventTimer timer;
  std::int64_t displacing_count = 0;
  std::unique_ptr<DeviceFloats> displacing;
};

bool tiny = kEmulated;

Machine& machine() {
  static Machine the_machine(tiny);
  return the_machine;
}

/// A subject with tensors of its own.
struct Set {
  Set(const Job& job, int states, cudaStream_t stream) : tensors(job.shapes, states) {
    tensors.fill(stream);
    subject = job.make(job.groups, tensors);
  }

  void enqueue_plain(cudaStream_t stream) const {
    for (std::size_t i = 0; i < tensors.size(); ++i) {
      plain_update(tensors.states(), 2, tensors.weight(i), tensors.gradient(i), tensors.state(i, 0),
                   tensors.state(i, 1), tensors.shape(i).size(), stream);
    }
  }

  DeviceTensors tensors;
  std::unique_ptr<Subject> subject;
};

double least_bytes_per_parameter(int states) { return (3.0 + 2.0 * states) * sizeof(float); }

/// Times the subject and the plain kernel in turn.
void measure(benchmark::State& state, const Job& job) {
  Machine& m = machine();
  const cudaStream_t stream = m.stream.get();
  const int states = state_count(job.groups.front().modes);
  const bool cold = job.cache == Cache::cold;
  std::vector<std::unique_ptr<Set>> sets;
  for (int i = 0; i < (cold ? 2 : 1); ++i) {
    sets.push_back(std::make_unique<Set>(job, states, stream));
  }
  for (const std::unique_ptr<Set>& set : sets) {
    if (!first_step_is_right(job.groups, set->tensors, *set->subject, stream)) {
      state.SkipWithError("a first step is not what the formulas say");
      return;
    }
  }
  const double parameters = static_cast<double>(sets[0]->tensors.parameters());
  const int repeats = cold ? 1 : static_cast<int>(std::clamp(1e7 / parameters, 2.0, 50.0));
  // One plain launch for each of many tensors would measure launches.
  const bool compares = sets[0]->tensors.size() == 1;

  std::vector<double> times, host_times, ratios;
  double rescaled_before = 0.0;
  for (const std::unique_ptr<Set>& set : sets) rescaled_before += set->subject->rescaled_rows();
  for (auto _ : state) {
    Set& set = *sets[times.size() % sets.size()];
    const auto time_subject = [&] {
      if (cold) m.displace();
      return m.timer.time(stream, repeats, [&](cudaStream_t s) { set.subject->enqueue(s); });
    };
    const auto time_plain = [&] {
      if (cold) m.displace();
      return m.timer.time(stream, repeats, [&](cudaStream_t s) { set.enqueue_plain(s); }).device;
    };
    const double before = compares ? time_plain() : 0.0;
    const Timing timing = time_subject();
    const double after = compares ? time_plain() : 0.0;
    state.SetIterationTime(timing.device);
    times.push_back(timing.device);
    host_times.push_back(timing.host);
    ratios.push_back(0.5 * (before + after) / timing.device);
  }

  double rescaled = -rescaled_before;
  double neurons = 0.0;
  for (const std::unique_ptr<Set>& set : sets) rescaled += set->subject->rescaled_rows();
  for (const Shape& shape : job.shapes) neurons += static_cast<double>(shape.neurons());
  rescaled /= neurons * static_cast<double>(times.size()) * repeats;
  // The rival cannot say how many rows it rescales; in these cases it is every other one.
  const double moved = sets[0]->subject->bytes(0.5);
  add_spread(state, "seconds", times);
  if (compares) add_spread(state, "of_same_mix", ratios);
  state.counters["parameters"] = parameters;
  state.counters["bytes_per_parameter"] = moved / parameters;
  state.counters["GB/s"] = 1e-9 * least_bytes_per_parameter(states) * parameters / median(times);
  state.counters["host_us"] = 1e6 * median(host_times);
  state.counters["launches"] = sets[0]->subject->launches();
  state.counters["rescaled_rows"] = rescaled;
}

Shape one_row(std::int64_t n) { return {1, n, Incoming::row}; }

void measure_same_mix(benchmark::State& state, int states, int quads, std::int64_t n) {
  Machine& m = machine();
  DeviceTensors tensors({one_row(n)}, states);
  tensors.fill(m.stream.get());
  std::vector<double> times;
  for (auto _ : state) {
    m.displace();
    const Timing timing = m.timer.time(m.stream.get(), 1, [&](cudaStream_t stream) {
      plain_update(states, quads, tensors.weight(0), tensors.gradient(0), tensors.state(0, 0),
                   tensors.state(0, 1), n, stream);
    });
    times.push_back(timing.device);
    state.SetIterationTime(timing.device);
  }
  const double parameters = static_cast<double>(n);
  add_spread(state, "seconds", times);
  state.counters["parameters"] = parameters;
  state.counters["bytes_per_parameter"] = least_bytes_per_parameter(states);
  state.counters["GB/s"] = 1e-9 * least_bytes_per_parameter(states) * parameters / median(times);
}

/// Whether the device has room for that many arrays of one float for each parameter.
bool fits(const CudaRun& run, int arrays, double parameters) {
  return arrays * sizeof(float) * parameters < 0.9 * static_cast<double>(run.free_bytes);
}

void register_benchmark(const std::string& name, const CudaRun& run,
                        std::function<void(benchmark::State&)> body) {
  tiny = run.tiny;
  bench::register_benchmark(name, run.iterations(), benchmark::kMicrosecond, std::move(body));
}

}  // namespace

void add(const std::string& name, const CudaRun& run, Job job) {
  double parameters = 0.0;
  for (const Shape& shape : job.shapes) parameters += static_cast<double>(shape.size());
  // Two sets: weight, gradient, states, and the rival's scratch.
  if (!fits(run, 2 * (3 + state_count(job.groups.front().modes)), parameters)) return;
  register_benchmark(name, run,
                     [job = std::move(job)](benchmark::State& state) { measure(state, job); });
}

void add_same_mix(const std::string& name, const CudaRun& run, int states, int quads,
                  std::int64_t n) {
  if (!fits(run, 2 + states, static_cast<double>(n))) return;
  register_benchmark(name, run,
                     [=](benchmark::State& state) { measure_same_mix(state, states, quads, n); });
}

cudaStream_t timed_stream() { return machine().stream.get(); }

}  // namespace curb::bench

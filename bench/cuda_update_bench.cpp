// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The fused step on a GPU: against a plain kernel with the same reads and writes, and against the
// same step in separate passes.
//
//   cuda_update_bench [--tiny] [Google Benchmark's flags]
//
//   step/CASE/VARIANT/cold|warm/N    one matrix of N weights in rows of up to 1,024
//   rows/ORIENTATION/LENGTH/VARIANT  max-norm over rows (columns) of that length, 2^24 weights
//   many/COUNT/VARIANT               that many tensors of 64 to 4,096 weights in four groups
//   same_mix/STATES/QUADS/N          the plain kernel, by how much a thread has in flight
//
// What does not fit the device's memory is left out.
// Times are those of CUDA events. Cold: the L2 cache is displaced before every measurement and
// two sets of tensors take turns. Warm: the same tensors again and again, the mean of some steps in
// a row. Counters:
//   of_same_mix      speed as a fraction of the plain kernel's, the median of paired runs; _min,
//   _max GB/s             by the bytes that the step has to move, not those that it does host_us
//   the host's time to enqueue a step launches         by the host, in a step
// The first step of every subject is compared with the formulas in double precision before anything
// is timed. --tiny: a few small sizes, to see that everything runs. On the emulator everything is
// tiny, and no time means anything.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <exception>
#include <functional>
#include <limits>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "bench/cuda_device.hpp"
#include "bench/cuda_subjects.hpp"
#include "bench/step_cases.hpp"
#include "bench/timing.hpp"

namespace curb::bench {
namespace {

using MakeSubject =
    std::function<std::unique_ptr<Subject>(const std::vector<Group>&, const DeviceTensors&)>;

#ifdef CURB_SIMT
constexpr bool kEmulated = true;
kernels::unfused::MakeStep& make_unfused_step = kernels::unfused::make_step_baseline;
#else
constexpr bool kEmulated = false;
kernels::unfused::MakeStep& make_unfused_step = kernels::unfused::make_step_cuda;
#endif

constexpr std::int64_t kColumns = 1024;

enum class Cache { cold, warm };

/// Whether sizes are tiny (--tiny); set before anything runs.
bool tiny = kEmulated;

/// What all benchmarks share; made when the first of them runs.
struct Machine {
  Machine() {
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

Machine& machine() {
  static Machine the_machine;
  return the_machine;
}

struct Job {
  std::vector<Group> groups;
  std::vector<Shape> shapes;
  MakeSubject make;
  Cache cache = Cache::cold;
  int iterations = 0;
};

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

/// Times the subject and the plain kernel in turn.
void run(benchmark::State& state, const Job& job) {
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
  const double needed = (3.0 + 2.0 * states) * sizeof(float) * parameters;
  // The rival cannot say how many rows it rescales; in these cases it is every other one.
  const double moved = sets[0]->subject->bytes(0.5);
  state.counters["bytes_per_parameter"] = moved / parameters;
  state.counters["GB/s"] = 1e-9 * needed / median(times);
  state.counters["host_us"] = 1e6 * median(host_times);
  state.counters["launches"] = sets[0]->subject->launches();
  state.counters["rescaled_rows"] = rescaled;
  state.counters["median_us"] = 1e6 * median(times);
  if (compares) {
    state.counters["of_same_mix"] = median(ratios);
    state.counters["of_same_mix_min"] = *std::min_element(ratios.begin(), ratios.end());
    state.counters["of_same_mix_max"] = *std::max_element(ratios.begin(), ratios.end());
  }
}

/// Bytes free on the device when the benchmarks are registered; unknown while they are only listed.
std::size_t free_bytes = std::numeric_limits<std::size_t>::max();

/// Whether the device has room for that many arrays of one float for each parameter.
bool fits(int arrays, double parameters) {
  return arrays * sizeof(float) * parameters < 0.9 * static_cast<double>(free_bytes);
}

void add(const std::string& name, Job job) {
  double parameters = 0.0;
  for (const Shape& shape : job.shapes) parameters += static_cast<double>(shape.size());
  // Two sets: weight, gradient, states, and the rival's scratch.
  if (!fits(2 * (3 + state_count(job.groups.front().modes)), parameters)) return;
  const int iterations = job.iterations;
  benchmark::RegisterBenchmark(name.c_str(),
                               [job = std::move(job)](benchmark::State& state) {
                                 try {
                                   run(state, job);
                                 } catch (const std::exception& error) {
                                   state.SkipWithError(error.what());
                                 }
                               })
      ->UseManualTime()
      ->Iterations(iterations)
      ->Unit(benchmark::kMicrosecond);
}

struct Variant {
  const char* name;
  MakeSubject make;
};

std::vector<Variant> variants() {
  const auto fused = [](const auto& groups, const DeviceTensors& tensors) {
    return std::make_unique<Fused>(groups, tensors);
  };
  const auto unfused = [](Passes passes) {
    return [passes](const auto& groups, const DeviceTensors& tensors) {
      return std::make_unique<Unfused>(make_unfused_step, groups, passes, tensors);
    };
  };
  const auto replayed = [](MakeSubject make) {
    return [make](const auto& groups, const DeviceTensors& tensors) {
      return std::make_unique<Replayed>(make(groups, tensors), machine().stream.get());
    };
  };
  std::vector<Variant> all = {{"fused", fused}, {"fused_graph", replayed(fused)}};
  for (const Passes passes : {Passes::each_operation, Passes::zipped_optimizer}) {
    all.push_back({passes_name(passes), unfused(passes)});
    // On the emulator the rival runs on the host, where nothing captures it.
    if (kEmulated) continue;
    const bool each = passes == Passes::each_operation;
    all.push_back(
        {each ? "each_operation_graph" : "zipped_optimizer_graph", replayed(unfused(passes))});
  }
  return all;
}

Shape matrix_of(std::int64_t n) {
  const std::int64_t columns = std::min(n, kColumns);
  return {n / columns, columns, Incoming::row};
}

void add_steps() {
  std::vector<int> exponents = {28, 26, 24, 22, 20, 18, 16, 14, 12, 10};
  if (tiny) exponents = {12, 10};
  for (const int exponent : exponents) {
    for (const StepCase& c : step_cases()) {
      for (const Variant& variant : variants()) {
        for (const Cache cache : {Cache::cold, Cache::warm}) {
          if (cache == Cache::warm && exponent > 22) continue;  // no cache holds it
          const std::string name = std::string("step/") + c.name + '/' + variant.name +
                                   (cache == Cache::cold ? "/cold/" : "/warm/") +
                                   std::to_string(std::int64_t{1} << exponent);
          add(name, {{c.group},
                     {matrix_of(std::int64_t{1} << exponent)},
                     variant.make,
                     cache,
                     tiny ? 2 : 21});
        }
      }
    }
  }
}

/// Each length with max-norm, and the same step without it: the price of the clamp.
void add_rows() {
  struct Orientation {
    const char* name;
    Incoming incoming;
    std::vector<std::int64_t> lengths;
  };
  std::vector<Orientation> orientations = {
      {"incoming_row",
       Incoming::row,
       {16, 64, 100, 256, 512, 1000, 1024, 2048, 4096, 8192, 8196, 16384, 65536, 1 << 20}},
      {"incoming_column", Incoming::column, {16, 64, 256, 512, 1024, 4096, 16384}}};
  if (tiny)
    orientations = {{"incoming_row", Incoming::row, {33, 600}},
                    {"incoming_column", Incoming::column, {33}}};
  const std::int64_t n = tiny ? 1 << 12 : 1 << 24;
  for (const Orientation& orientation : orientations) {
    for (const std::int64_t length : orientation.lengths) {
      const std::int64_t neurons = std::max<std::int64_t>(1, n / length);
      const Shape shape = orientation.incoming == Incoming::row
                              ? Shape{neurons, length, Incoming::row}
                              : Shape{length, neurons, Incoming::column};
      Group clamped = step_cases()[2].group;
      // As in the case that this is: a ball of half the length of a row as it is filled.
      clamped.hyperparameters.max_norm = std::sqrt(static_cast<float>(length)) / 32.0f;
      const std::string name =
          std::string("rows/") + orientation.name + '/' + std::to_string(length);
      const Variant fused = variants()[0];
      add(name + "/max_norm", {{clamped}, {shape}, fused.make, Cache::cold, tiny ? 2 : 21});
      add(name + "/off",
          {{step_cases()[1].group}, {shape}, fused.make, Cache::cold, tiny ? 2 : 21});
    }
  }
}

void add_many() {
  std::vector<int> counts = {10, 100, 1000, 10000};
  if (tiny) counts = {10};
  for (const int count : counts) {
    std::vector<Group> groups(4, step_cases()[1].group);
    for (std::size_t i = 0; i < groups.size(); ++i) {
      groups[i].name = "group " + std::to_string(i);
      groups[i].hyperparameters.l1 *= static_cast<float>(i + 1);
    }
    std::mt19937 engine(20261121);
    std::vector<Shape> shapes;
    for (int i = 0; i < count; ++i) {
      shapes.push_back({1, 64 + static_cast<std::int64_t>(engine() % 4033), Incoming::row});
    }
    std::vector<Variant> all = variants();
    all.push_back({"fused_rebind", [](const auto& g, const DeviceTensors& tensors) {
                     return std::make_unique<Fused>(g, tensors, true);
                   }});
    for (const Variant& variant : all) {
      add("many/" + std::to_string(count) + '/' + variant.name,
          {groups, shapes, variant.make, Cache::cold, tiny ? 2 : 7});
    }
  }
}

/// Which form of the plain kernel is fastest, and how fast that is.
void run_plain(benchmark::State& state, std::int64_t n, int states, int quads) {
  Machine& m = machine();
  DeviceTensors tensors({matrix_of(n)}, states);
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
  const double bytes = (3.0 + 2.0 * states) * sizeof(float) * static_cast<double>(n);
  state.counters["GB/s"] = 1e-9 * bytes / median(times);
  state.counters["median_us"] = 1e6 * median(times);
}

void add_same_mix() {
  for (const int states : {0, 1, 2}) {
    for (const int quads : {1, 2, 4}) {
      for (const std::int64_t n : tiny ? std::vector<std::int64_t>{1 << 12}
                                       : std::vector<std::int64_t>{1 << 28, 1 << 26, 1 << 22}) {
        if (!fits(2 + states, static_cast<double>(n))) continue;
        const std::string name = "same_mix/" + std::to_string(states) + "_states/" +
                                 std::to_string(quads) + "_quads/" + std::to_string(n);
        benchmark::RegisterBenchmark(name.c_str(),
                                     [=](benchmark::State& state) {
                                       try {
                                         run_plain(state, n, states, quads);
                                       } catch (const std::exception& error) {
                                         state.SkipWithError(error.what());
                                       }
                                     })
            ->UseManualTime()
            ->Iterations(tiny ? 2 : 21)
            ->Unit(benchmark::kMicrosecond);
      }
    }
  }
}

int attribute(cudaDeviceAttr which) {
  int value = 0;
  check(cudaDeviceGetAttribute(&value, which, 0), "asking for an attribute of the device");
  return value;
}

void describe_machine() {
  cudaDeviceProp properties{};
  check(cudaGetDeviceProperties(&properties, 0), "asking for the device's properties");
  int driver = 0;
  int runtime = 0;
  check(cudaDriverGetVersion(&driver), "asking for the driver's version");
  check(cudaRuntimeGetVersion(&runtime), "asking for the runtime's version");
  const auto context = [](const char* key, const std::string& value) {
    benchmark::AddCustomContext(key, value);
  };
  context("device", properties.name);
  context("compute_capability",
          std::to_string(properties.major) + '.' + std::to_string(properties.minor));
  context("multiprocessors", std::to_string(properties.multiProcessorCount));
  context("l2_bytes", std::to_string(attribute(cudaDevAttrL2CacheSize)));
  context("clock_khz", std::to_string(attribute(cudaDevAttrClockRate)));
  context("memory_clock_khz", std::to_string(attribute(cudaDevAttrMemoryClockRate)));
  context("memory_bus_bits", std::to_string(attribute(cudaDevAttrGlobalMemoryBusWidth)));
  context("driver", std::to_string(driver));
  context("cuda", std::to_string(runtime));
  context("commit", CURB_COMMIT);
  context("flags", CURB_FLAGS);
  if (tiny) context("times", "without meaning: tiny sizes, or no GPU");
}

/// Takes --tiny out of the arguments; whether it was there.
bool take_tiny(int& argc, char** argv) {
  char** const end = argv + argc;
  char** const kept =
      std::remove_if(argv, end, [](const char* word) { return std::strcmp(word, "--tiny") == 0; });
  argc = static_cast<int>(kept - argv);
  return kept != end;
}

int main_of(int argc, char** argv) {
  tiny = take_tiny(argc, argv) || kEmulated;
  const bool lists = std::any_of(argv, argv + argc, [](const char* word) {
    return std::strncmp(word, "--benchmark_list_tests", 22) == 0;
  });
  benchmark::Initialize(&argc, argv);
  if (argc > 1) {
    std::fprintf(stderr, "usage: %s [--tiny] [--benchmark_...]\n", argv[0]);
    return 2;
  }
  if (!lists) {
    describe_machine();
    std::size_t total = 0;
    check(cudaMemGetInfo(&free_bytes, &total), "asking for the free memory");
  }
  add_steps();
  add_rows();
  add_many();
  add_same_mix();
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
    std::fprintf(stderr, "cuda_update_bench: %s\n", error.what());
    return 1;
  }
}

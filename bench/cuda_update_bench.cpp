// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The fused step on a GPU: against a plain kernel with the same reads and writes, and against the
// same step in separate passes.
//
//   cuda_update_bench [--tiny] [--quick] [Google Benchmark's flags]
//
//   gpu_step/CASE/VARIANT/cold|warm/N    one matrix of N weights in rows of up to 1,024
//   gpu_rows/ORIENTATION/LENGTH/VARIANT  max-norm over rows (columns) of that length, 2^24 weights
//   gpu_many/COUNT/VARIANT               that many tensors of 64 to 4,096 weights in four groups
//   gpu_same_mix/STATES/QUADS/N          the plain kernel, by how much a thread has in flight
//
// What does not fit the device's memory is left out.
// Times are those of CUDA events. Cold: the L2 cache is displaced before every measurement and
// two sets of tensors take turns. Warm: the same tensors again and again, the mean of some steps in
// a row. Counters:
//   seconds      the median of a step, with _min, _low, _high (the quartiles) and _max
//   of_same_mix  speed as a fraction of the plain kernel's, of paired runs, likewise
//   GB/s         by the bytes that the step has to move, not those that it does
//   host_us      the host's time to enqueue a step
//   launches     by the host, in a step
// The first step of every subject is compared with the formulas in double precision before anything
// is timed. --tiny: a few small sizes, to see that everything runs. On the emulator everything is
// tiny, and no time means anything.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <exception>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "bench/commit.hpp"
#include "bench/cuda_device.hpp"
#include "bench/cuda_measure.hpp"
#include "bench/cuda_subjects.hpp"
#include "bench/many_tensors.hpp"
#include "bench/step_cases.hpp"

namespace curb::bench {
namespace {

#ifdef CURB_SIMT
kernels::unfused::MakeStep& make_unfused_step = kernels::unfused::make_step_baseline;
#else
kernels::unfused::MakeStep& make_unfused_step = kernels::unfused::make_step_cuda;
#endif

constexpr std::int64_t kColumns = 1024;

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
      return std::make_unique<Replayed>(make(groups, tensors), timed_stream());
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

void add_steps(const CudaRun& run) {
  std::vector<int> exponents = {28, 26, 24, 22, 20, 18, 16, 14, 12, 10};
  if (run.quick) exponents = {26, 20, 14};
  if (run.tiny) exponents = {12, 10};
  for (const int exponent : exponents) {
    for (const StepCase& c : step_cases()) {
      for (const Variant& variant : variants()) {
        for (const Cache cache : {Cache::cold, Cache::warm}) {
          if (cache == Cache::warm && exponent > 22) continue;  // no cache holds it
          const std::string name = std::string("gpu_step/") + c.name + '/' + variant.name +
                                   (cache == Cache::cold ? "/cold/" : "/warm/") +
                                   std::to_string(std::int64_t{1} << exponent);
          add(name, run,
              {{c.group}, {matrix_of(std::int64_t{1} << exponent)}, variant.make, cache});
        }
      }
    }
  }
}

/// Each length with max-norm, and the same step without it: the price of the clamp.
void add_rows(const CudaRun& run) {
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
  if (run.quick) {
    orientations = {{"incoming_row", Incoming::row, {64, 1024, 65536}},
                    {"incoming_column", Incoming::column, {1024}}};
  }
  if (run.tiny) {
    orientations = {{"incoming_row", Incoming::row, {33, 600}},
                    {"incoming_column", Incoming::column, {33}}};
  }
  const std::int64_t n = run.tiny ? 1 << 12 : 1 << 24;
  for (const Orientation& orientation : orientations) {
    for (const std::int64_t length : orientation.lengths) {
      const std::int64_t neurons = std::max<std::int64_t>(1, n / length);
      const Shape shape = orientation.incoming == Incoming::row
                              ? Shape{neurons, length, Incoming::row}
                              : Shape{length, neurons, Incoming::column};
      Group clamped = momentum_elastic_net();
      clamped.hyperparameters.max_norm = half_as_long_as_filled(length);
      const std::string name =
          std::string("gpu_rows/") + orientation.name + '/' + std::to_string(length);
      const Variant fused = variants()[0];
      add(name + "/max_norm", run, {{clamped}, {shape}, fused.make});
      add(name + "/off", run, {{momentum_elastic_net()}, {shape}, fused.make});
    }
  }
}

void add_many(const CudaRun& run) {
  std::vector<int> counts = {10, 100, 1000, 10000};
  if (run.quick) counts = {1000};
  if (run.tiny) counts = {10};
  for (const int count : counts) {
    std::vector<Variant> all = variants();
    all.push_back({"fused_rebind", [](const auto& g, const DeviceTensors& tensors) {
                     return std::make_unique<Fused>(g, tensors, true);
                   }});
    for (const Variant& variant : all) {
      add("gpu_many/" + std::to_string(count) + '/' + variant.name, run,
          {many_groups(), many_shapes(count), variant.make});
    }
  }
}

/// Which form of the plain kernel is fastest, and how fast that is.
void add_same_mixes(const CudaRun& run) {
  std::vector<std::int64_t> sizes{1 << 28, 1 << 26, 1 << 22};
  if (run.quick) sizes = {1 << 26};
  if (run.tiny) sizes = {1 << 12};
  for (const int states : {0, 1, 2}) {
    for (const int quads : {1, 2, 4}) {
      for (const std::int64_t n : sizes) {
        add_same_mix("gpu_same_mix/" + std::to_string(states) + "_states/" + std::to_string(quads) +
                         "_quads/" + std::to_string(n),
                     run, states, quads, n);
      }
    }
  }
}

int attribute(cudaDeviceAttr which) {
  int value = 0;
  check(cudaDeviceGetAttribute(&value, which, 0), "asking for an attribute of the device");
  return value;
}

void describe_machine(const CudaRun& run) {
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
  context("commit", commit());
  context("flags", CURB_FLAGS);
  if (run.tiny) context("times", "without meaning: tiny sizes, or no GPU");
}

/// Takes a flag out of the arguments; whether it was there.
bool take(const char* flag, int& argc, char** argv) {
  char** const end = argv + argc;
  char** const kept =
      std::remove_if(argv, end, [=](const char* word) { return std::strcmp(word, flag) == 0; });
  argc = static_cast<int>(kept - argv);
  return kept != end;
}

int main_of(int argc, char** argv) {
  CudaRun run;
  if (take("--tiny", argc, argv)) run.tiny = true;
  run.quick = take("--quick", argc, argv);
  const bool lists = std::any_of(argv, argv + argc, [](const char* word) {
    return std::strncmp(word, "--benchmark_list_tests", 22) == 0;
  });
  benchmark::Initialize(&argc, argv);
  if (argc > 1) {
    std::fprintf(stderr, "usage: %s [--tiny] [--quick] [--benchmark_...]\n", argv[0]);
    return 2;
  }
  if (!lists) {
    describe_machine(run);
    std::size_t total = 0;
    check(cudaMemGetInfo(&run.free_bytes, &total), "asking for the free memory");
  }
  add_steps(run);
  add_rows(run);
  add_many(run);
  add_same_mixes(run);
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

// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// How the GPU's benchmarks measure: what cuda_update_bench.cpp registers, timed by CUDA events
// beside the plain kernel.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "bench/cuda_subjects.hpp"

namespace curb::bench {

using MakeSubject =
    std::function<std::unique_ptr<Subject>(const std::vector<Group>&, const DeviceTensors&)>;

#ifdef CURB_SIMT
inline constexpr bool kEmulated = true;
#else
inline constexpr bool kEmulated = false;
#endif

/// Set before anything is registered.
struct CudaRun {
  bool tiny = kEmulated;  ///< --tiny: a few small sizes, to see that everything runs
  bool quick = false;     ///< --quick: only the most telling cases
  /// On the device; unknown while benchmarks are only listed.
  std::size_t free_bytes = std::numeric_limits<std::size_t>::max();

  int iterations() const { return tiny ? 2 : (quick ? 11 : 21); }
};

enum class Cache { cold, warm };

struct Job {
  std::vector<Group> groups;
  std::vector<Shape> shapes;
  MakeSubject make;
  Cache cache = Cache::cold;
};

/// Registers a benchmark of what `job` makes; of nothing where the device has no room for it.
void add(const std::string& name, const CudaRun& run, Job job);

/// Registers one of a form of the plain kernel itself, likewise.
void add_same_mix(const std::string& name, const CudaRun& run, int states, int quads,
                  std::int64_t n);

/// The stream that everything is timed on; made with the first benchmark that runs.
cudaStream_t timed_stream();

}  // namespace curb::bench

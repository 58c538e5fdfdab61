// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The programs of bench/, found beside this one, asked what they have, and run.
#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace curb::cli::bench {

struct SuiteOptions {
  bool quick = false;
  std::string filter = ".";  ///< of names: a POSIX extended regular expression
  int threads = 0;           ///< 0: as many as OpenMP would use
  bool gpu = false;          ///< whether there is a GPU to measure
};

/// Benchmarks that one process measures: those of a program whose names begin alike.
struct Family {
  std::filesystem::path program;
  std::string name;
  std::vector<std::string> benchmarks;  ///< as Google Benchmark lists them
};

/// The folders in which the programs are looked for: that of this program, and bench/ of the build
/// tree that it lies in.
std::vector<std::filesystem::path> program_folders();

/// What the programs found in `folders` have of what is asked for. Throws UsageError where there
/// are no programs, naming what builds them, and where nothing has such a name.
std::vector<Family> list_families(const std::vector<std::filesystem::path>& folders,
                                  const SuiteOptions& options);

/// What is known while families run.
struct SuiteObserver {
  std::function<void(const std::string& benchmark)> on_benchmark;  ///< after each
  /// Set by a signal handler: the family that runs is the last.
  const std::atomic<bool>* interrupted = nullptr;
};

/// Runs one family and adds what it measured to `document` (its context to "programs", its entries
/// to "benchmarks"). A family that fails becomes one entry with its error.
void run_family(const Family& family, const SuiteOptions& options, const SuiteObserver& observer,
                nlohmann::ordered_json& document);

}  // namespace curb::cli::bench

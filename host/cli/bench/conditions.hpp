// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// What the machine is, and what it was doing while benchmarks ran.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace curb::cli::bench {

/// The processor, their number, and whether they are virtual.
std::string machine_name();

/// Watches the machine from its construction on.
class MachineWatch {
 public:
  MachineWatch();

  /// Takes another look at the processors' clock; to be called between programs. Some milliseconds.
  void look();

  /// Since the construction:
  ///   load_average     before and now, of the last minute
  ///   others_share     of all processors' time that other processes used
  ///   stolen_share     that the host of a virtual machine gave to others
  ///   clock_drop       by how much the slowest look was below the fastest
  ///   throttled        how often the processors slowed down for heat, where they count it
  ///   gpu_slowed_by    why the GPU's driver holds its clocks down, where it says so
  /// What the system does not tell is absent.
  nlohmann::ordered_json report() const;

 private:
  /// Seconds of all processors since they started.
  struct ProcessorTimes {
    double all = 0.0;
    double busy = 0.0;
    double stolen = 0.0;
  };
  static std::optional<ProcessorTimes> processor_times();

  std::optional<ProcessorTimes> times_before_;
  double children_before_;
  double load_before_;
  std::int64_t throttled_before_;
  std::vector<double> speeds_;
};

/// What a reader of the figures must know, in sentences, from a report.
std::vector<std::string> doubts(const nlohmann::ordered_json& report);

}  // namespace curb::cli::bench

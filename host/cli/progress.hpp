// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// A line on the terminal that says how far the training is.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "host/train/trainer.hpp"

namespace curb::cli {

class Progress {
 public:
  /// Shows nothing unless `shown`.
  Progress(std::int64_t epochs, bool shown) : epochs_(epochs), shown_(shown) {}
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress() { erase(); }

  /// After each step; draws a few times a second at most.
  void step(const train::Position& position);
  /// After each report.
  void report(const train::EpochMetrics& metrics);
  /// Leaves an empty line to whoever writes next.
  void erase();

 private:
  std::int64_t epochs_;
  bool shown_;
  std::string latest_;
  std::chrono::steady_clock::time_point drawn_{};
  bool on_screen_ = false;
};

}  // namespace curb::cli

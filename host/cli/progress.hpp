// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// A line on the terminal that says how far the training or the measuring is.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "host/train/trainer.hpp"

namespace curb::cli {

class Progress {
 public:
  /// Of so many epochs, or other things. Shows nothing unless `shown`.
  Progress(std::int64_t total, bool shown) : total_(total), shown_(shown) {}
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress() { erase(); }

  /// After each step; draws a few times a second at most.
  void step(const train::Position& position);
  /// After each report.
  void report(const train::EpochMetrics& metrics);
  /// When so many things are done, of which the last or the next has a name.
  void count(std::int64_t done, const std::string& name);
  /// Leaves an empty line to whoever writes next.
  void erase();

 private:
  void draw(double fraction, const std::string& text);

  std::int64_t total_;
  bool shown_;
  std::string latest_;
  std::chrono::steady_clock::time_point drawn_{};
  bool on_screen_ = false;
};

}  // namespace curb::cli

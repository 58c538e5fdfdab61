// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The progress bar.
#include "host/cli/progress.hpp"

#include <fmt/core.h>

#include <cstdio>

namespace curb::cli {

void Progress::step(const train::Position& position) {
  using std::chrono::steady_clock;
  constexpr std::chrono::milliseconds kBetweenDrawings{100};
  if (!shown_) return;
  const auto now = steady_clock::now();
  if (now - drawn_ < kBetweenDrawings) return;
  drawn_ = now;

  const double epochs_done =
      static_cast<double>(position.epoch - 1) +
      static_cast<double>(position.step) / static_cast<double>(position.steps);
  draw(epochs_done / static_cast<double>(total_),
       fmt::format("epoch {}/{}{}", position.epoch, total_, latest_));
}

void Progress::count(std::int64_t done, const std::string& name) {
  if (!shown_) return;
  draw(static_cast<double>(done) / static_cast<double>(total_),
       fmt::format("{}/{} {}", done, total_, name));
}

void Progress::draw(double fraction, const std::string& text) {
  constexpr int kWidth = 30;
  const std::string bar(static_cast<std::size_t>(fraction * kWidth), '#');
  // CSI K clears what a longer line left behind.
  fmt::print(stderr, "\r[{:<{}}] {}\x1b[K", bar, kWidth, text);
  std::fflush(stderr);
  on_screen_ = true;
}

void Progress::report(const train::EpochMetrics& metrics) {
  if (!shown_) return;
  latest_ = fmt::format("  loss {:.4f}", metrics.data_loss);
  if (metrics.validation) latest_ += fmt::format("  validation {:.4f}", metrics.validation->loss);
  if (metrics.residual) latest_ += fmt::format("  residual {:.1e}", *metrics.residual);
}

void Progress::erase() {
  if (!on_screen_) return;
  fmt::print(stderr, "\r\x1b[K");
  std::fflush(stderr);
  on_screen_ = false;
}

}  // namespace curb::cli

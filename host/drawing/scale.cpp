// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
#include "host/drawing/scale.hpp"

#include <fmt/core.h>

#include <cmath>

namespace curb::drawing {
namespace {

/// Steps of 1, 2 and 5 forgive rounding errors of this size.
constexpr double kSlack = 1e-9;

}  // namespace

Scale::Scale(double low, double high, double from, double to, bool logarithmic)
    : low_(logarithmic ? std::log(low) : low),
      high_(logarithmic ? std::log(high) : high),
      from_(from),
      to_(to),
      logarithmic_(logarithmic) {}

double Scale::operator()(double value) const {
  if (low_ == high_) return 0.5 * (from_ + to_);
  const double place = ((logarithmic_ ? std::log(value) : value) - low_) / (high_ - low_);
  return from_ + place * (to_ - from_);
}

std::vector<double> round_ticks(double low, double high, int wanted) {
  const double rough = (high - low) / wanted;
  const double power = std::pow(10.0, std::floor(std::log10(rough)));
  double step = 10.0 * power;
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (rough > factor * power * (1.0 + kSlack)) continue;
    step = factor * power;
    break;
  }
  std::vector<double> ticks;
  const double first = std::ceil(low / step - kSlack);
  for (double i = first; i * step <= high + kSlack * step; ++i) {
    ticks.push_back(i * step + 0.0);  // never -0
  }
  return ticks;
}

std::vector<double> logarithmic_ticks(double low, double high) {
  std::vector<double> ticks;
  for (double power = std::pow(10.0, std::floor(std::log10(low))); power <= high; power *= 10.0) {
    for (const double factor : {1.0, 2.0, 5.0}) {
      const double tick = factor * power;
      if (tick >= low * (1.0 - kSlack) && tick <= high * (1.0 + kSlack)) ticks.push_back(tick);
    }
  }
  return ticks;
}

std::string tick_text(double value) { return fmt::format("{:.4g}", value); }

}  // namespace curb::drawing

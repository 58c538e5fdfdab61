// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Where values stand on an axis, and which of them are written there.
#pragma once

#include <string>
#include <vector>

namespace curb::drawing {

/// From values to pixels; a single value stands in the middle.
class Scale {
 public:
  Scale(double low, double high, double from, double to, bool logarithmic = false);

  double operator()(double value) const;

 private:
  double low_;
  double high_;
  double from_;
  double to_;
  bool logarithmic_;
};

/// Round numbers (1, 2 or 5 times a power of ten) in [low, high], about `wanted` of them.
std::vector<double> round_ticks(double low, double high, int wanted);
/// The same for a logarithmic scale: all 1, 2 and 5 times powers of ten in [low, high].
std::vector<double> logarithmic_ticks(double low, double high);

/// A number for an axis, without needless zeros.
std::string tick_text(double value);

}  // namespace curb::drawing

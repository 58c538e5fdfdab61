// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
#include "host/reproduce/statistics.hpp"

#include <cmath>
#include <limits>
#include <stdexcept>

namespace curb::reproduce {

double student_quantile(std::size_t freedom) {
  constexpr double kTable[] = {12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.3060,
                               2.2622,  2.2281, 2.2010, 2.1788, 2.1604, 2.1448, 2.1314, 2.1199,
                               2.1098,  2.1009, 2.0930, 2.0860, 2.0796, 2.0739, 2.0687, 2.0639,
                               2.0595,  2.0555, 2.0518, 2.0484, 2.0452, 2.0423};
  if (freedom == 0) throw std::invalid_argument("student_quantile: no degree of freedom");
  if (freedom <= std::size(kTable)) return kTable[freedom - 1];
  // Cornish and Fisher's expansion about the normal quantile; its error is below 1e-4 here.
  constexpr double kNormal = 1.959964;
  const double cubic = kNormal * kNormal * kNormal + kNormal;
  const double quintic = 5.0 * std::pow(kNormal, 5) + 16.0 * std::pow(kNormal, 3) + 3.0 * kNormal;
  const auto nu = static_cast<double>(freedom);
  return kNormal + cubic / (4.0 * nu) + quintic / (96.0 * nu * nu);
}

Estimate estimate(std::span<const double> values) {
  if (values.empty()) throw std::invalid_argument("estimate: no values");
  const auto count = static_cast<double>(values.size());
  double sum = 0.0;
  for (const double value : values) sum += value;
  Estimate result;
  result.mean = sum / count;
  if (values.size() == 1) {
    result.deviation = std::numeric_limits<double>::quiet_NaN();
    result.half_width = std::numeric_limits<double>::infinity();
    return result;
  }
  double squares = 0.0;
  for (const double value : values) squares += (value - result.mean) * (value - result.mean);
  result.deviation = std::sqrt(squares / (count - 1.0));
  result.half_width = student_quantile(values.size() - 1) * result.deviation / std::sqrt(count);
  return result;
}

Order compare(const Estimate& first, const Estimate& second) {
  if (first.mean + first.half_width < second.mean - second.half_width) return Order::below;
  if (first.mean - first.half_width > second.mean + second.half_width) return Order::above;
  return Order::undecided;
}

const char* name_of(Order order) {
  switch (order) {
    case Order::below:
      return "holds";
    case Order::undecided:
      return "undecided: the intervals overlap";
    case Order::above:
      break;
  }
  return "does not hold";
}

}  // namespace curb::reproduce

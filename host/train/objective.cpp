// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The penalty, and the proximal-gradient residual, stage by stage in the order of an update: soft
// threshold, sign, groups, ball.
#include "host/train/objective.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace curb::train {
namespace {

double square(double x) { return x * x; }

/// The vectors that the group penalty holds together, in row-major weights.
struct Vectors {
  std::size_t count;
  std::size_t size;
  std::size_t from_vector_to_vector;
  std::size_t from_element_to_element;
};

Vectors incoming(const WeightMatrix& weight) {
  return {weight.fan_out, weight.fan_in, weight.fan_in, 1};
}

Vectors groups(const UpdateSettings& update, const WeightMatrix& weight) {
  if (update.group_lasso_over == GroupLassoOver::incoming) return incoming(weight);
  return {weight.fan_in, weight.fan_out, 1, weight.fan_in};
}

template <class Value>
double norm(const Value* first, const Vectors& vectors) {
  double sum = 0.0;
  for (std::size_t i = 0; i < vectors.size; ++i) {
    sum += square(static_cast<double>(first[i * vectors.from_element_to_element]));
  }
  return std::sqrt(sum);
}

/// Multiplies each vector by what `factor` makes of its norm.
template <class Factor>
void rescale(std::vector<double>& w, const Vectors& vectors, Factor factor) {
  for (std::size_t v = 0; v < vectors.count; ++v) {
    double* const first = w.data() + v * vectors.from_vector_to_vector;
    const double by = factor(norm(first, vectors));
    if (by == 1.0) continue;
    for (std::size_t i = 0; i < vectors.size; ++i) first[i * vectors.from_element_to_element] *= by;
  }
}

void apply_prox(const UpdateSettings& update, const WeightMatrix& weight, double step,
                std::vector<double>& w) {
  const double threshold = step * update.l1;
  for (double& x : w) {
    x -= std::clamp(x, -threshold, threshold);
    if (update.non_negative) x = std::max(x, 0.0);
  }
  if (update.group_lasso > 0.0f) {
    const Vectors vectors = groups(update, weight);
    const double shrink = step * update.group_lasso * std::sqrt(static_cast<double>(vectors.size));
    rescale(w, vectors, [shrink](double n) { return n > shrink ? 1.0 - shrink / n : 0.0; });
  }
  if (update.max_norm < rules::kInfinity) {
    const double radius = update.max_norm;
    rescale(w, incoming(weight), [radius](double n) { return n > radius ? radius / n : 1.0; });
  }
}

}  // namespace

double penalty(const UpdateSettings& update, const WeightMatrix& weight) {
  double absolute = 0.0;
  double squared = 0.0;
  for (const float w : weight.values) {
    absolute += std::fabs(static_cast<double>(w));
    squared += square(static_cast<double>(w));
  }
  double grouped = 0.0;
  if (update.group_lasso > 0.0f) {
    const Vectors vectors = groups(update, weight);
    for (std::size_t v = 0; v < vectors.count; ++v) {
      grouped += norm(weight.values.data() + v * vectors.from_vector_to_vector, vectors);
    }
    grouped *= std::sqrt(static_cast<double>(vectors.size));
  }
  return update.l1 * absolute + update.l2 / 2.0 * squared + update.group_lasso * grouped;
}

double squared_residual(const UpdateSettings& update, const WeightMatrix& weight,
                        const WeightMatrix& data_gradient) {
  const double step = *update.learning_rate;
  std::vector<double> image(weight.values.size());
  for (std::size_t i = 0; i < image.size(); ++i) {
    const double w = weight.values[i];
    image[i] = w - step * (data_gradient.values[i] + update.l2 * w);
  }
  apply_prox(update, weight, step, image);
  double sum = 0.0;
  for (std::size_t i = 0; i < image.size(); ++i)
    sum += square((weight.values[i] - image[i]) / step);
  return sum;
}

}  // namespace curb::train

// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Other people's penalty conventions, converted to the one used here:
//   mean loss + l1 |w|_1 + l2/2 |w|^2.
// Each conversion is a named function, so that no second meaning exists inside the library.
#pragma once

#include <cstdint>

namespace curb::rules {

/// The penalties in this library's convention.
struct Penalties {
  double l1 = 0.0;
  double l2 = 0.0;
};

/// lambda/2 w^2: cs231n, PyTorch's weight_decay (SGD, Adam), Caffe's weight_decay.
constexpr Penalties from_half_squared(double lambda) { return {0.0, lambda}; }

/// lambda w^2: Keras regularizers.L2, Lasagne.
constexpr Penalties from_squared(double lambda) { return {0.0, 2.0 * lambda}; }

/// lambda/(2n) w^2 with n the training-set size: Nielsen 2015, chapter 3.
constexpr Penalties from_nielsen_l2(double lambda, std::int64_t training_rows) {
  return {0.0, lambda / static_cast<double>(training_rows)};
}

/// lambda/n |w| with n the training-set size: Nielsen 2015, chapter 3.
constexpr Penalties from_nielsen_l1(double lambda, std::int64_t training_rows) {
  return {lambda / static_cast<double>(training_rows), 0.0};
}

/// lambda/B w^2 with B the batch: a textbook form, whose printed gradient often drops the 2.
constexpr Penalties from_batch_squared(double lambda, std::int64_t batch) {
  return {0.0, 2.0 * lambda / static_cast<double>(batch)};
}

/// lambda/B |w| with B the batch.
constexpr Penalties from_batch_absolute(double lambda, std::int64_t batch) {
  return {lambda / static_cast<double>(batch), 0.0};
}

/// l1 |w| + l2 w^2 without the half: Keras regularizers.L1L2 and the textbook elastic net.
constexpr Penalties from_elastic_net(double l1, double l2) { return {l1, 2.0 * l2}; }

/// scikit-learn ElasticNet(alpha, l1_ratio) and Lasso (l1_ratio 1), whose loss is 1/(2n) |y -
/// Xw|^2.
constexpr Penalties from_sklearn_elastic_net(double alpha, double l1_ratio) {
  return {alpha * l1_ratio, alpha * (1.0 - l1_ratio)};
}

/// scikit-learn Ridge(alpha), whose loss is the sum |y - Xw|^2 (so half of it is compared).
constexpr Penalties from_sklearn_ridge(double alpha, std::int64_t training_rows) {
  return {0.0, alpha / static_cast<double>(training_rows)};
}

/// scikit-learn LogisticRegression(C, penalty="l2"), whose loss is C times the sum.
constexpr Penalties from_sklearn_logistic_l2(double c, std::int64_t training_rows) {
  return {0.0, 1.0 / (static_cast<double>(training_rows) * c)};
}

/// scikit-learn LogisticRegression(C, penalty="l1").
constexpr Penalties from_sklearn_logistic_l1(double c, std::int64_t training_rows) {
  return {1.0 / (static_cast<double>(training_rows) * c), 0.0};
}

/// scikit-learn MLPClassifier(alpha), which divides its penalty by the batch.
constexpr Penalties from_sklearn_mlp(double alpha, std::int64_t batch) {
  return {0.0, alpha / static_cast<double>(batch)};
}

}  // namespace curb::rules

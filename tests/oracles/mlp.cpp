// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
//
// Forward and backward pass of mlp.hpp.
#include "tests/oracles/mlp.hpp"

#include <algorithm>
#include <cmath>

namespace curb::testing {
namespace {

// x W^T + b
Matrix affine(const Matrix& x, const Matrix& w, const Matrix& b) {
  Matrix result(x.rows, w.rows);
  for (std::size_t i = 0; i < x.rows; ++i) {
    for (std::size_t j = 0; j < w.rows; ++j) {
      result(i, j) = b(0, j);
      for (std::size_t k = 0; k < x.columns; ++k) result(i, j) += x(i, k) * w(j, k);
    }
  }
  return result;
}

Matrix hidden_layer(const MlpWeights& weights, const Batch& batch) {
  Matrix h = affine(batch.x, weights[0], weights[1]);
  for (double& value : h.values) value = std::tanh(value);
  return h;
}

// log softmax of every row, the largest entry subtracted first so that no exponential overflows.
Matrix log_softmax(Matrix z) {
  for (std::size_t i = 0; i < z.rows; ++i) {
    double largest = z(i, 0);
    for (std::size_t j = 0; j < z.columns; ++j) largest = std::max(largest, z(i, j));
    double sum = 0.0;
    for (std::size_t j = 0; j < z.columns; ++j) sum += std::exp(z(i, j) - largest);
    for (std::size_t j = 0; j < z.columns; ++j) z(i, j) -= largest + std::log(sum);
  }
  return z;
}

// The gradients of an affine layer's weights (delta^T x) and biases (column sums of delta).
void affine_gradients(const Matrix& delta, const Matrix& x, Matrix& w, Matrix& b) {
  w = Matrix(delta.columns, x.columns);
  b = Matrix(1, delta.columns);
  for (std::size_t i = 0; i < delta.rows; ++i) {
    for (std::size_t j = 0; j < delta.columns; ++j) {
      b(0, j) += delta(i, j);
      for (std::size_t k = 0; k < x.columns; ++k) w(j, k) += delta(i, j) * x(i, k);
    }
  }
}

}  // namespace

double loss(const MlpWeights& weights, const Batch& batch) {
  const Matrix h = hidden_layer(weights, batch);
  const Matrix log_probability = log_softmax(affine(h, weights[2], weights[3]));
  double sum = 0.0;
  for (std::size_t i = 0; i < batch.labels.size(); ++i) sum -= log_probability(i, batch.labels[i]);
  return sum / static_cast<double>(batch.labels.size());
}

MlpWeights gradients(const MlpWeights& weights, const Batch& batch) {
  const Matrix h = hidden_layer(weights, batch);
  MlpWeights result;

  // d loss / d z2 = (softmax - one_hot) / samples
  Matrix delta2 = log_softmax(affine(h, weights[2], weights[3]));
  for (double& value : delta2.values) value = std::exp(value);
  for (std::size_t i = 0; i < batch.labels.size(); ++i) delta2(i, batch.labels[i]) -= 1.0;
  for (double& value : delta2.values) value /= static_cast<double>(batch.labels.size());
  affine_gradients(delta2, h, result[2], result[3]);

  // d loss / d z1 = (delta2 W2) tanh'(z1), tanh' = 1 - h^2
  Matrix delta1(h.rows, h.columns);
  for (std::size_t i = 0; i < h.rows; ++i) {
    for (std::size_t k = 0; k < h.columns; ++k) {
      for (std::size_t j = 0; j < delta2.columns; ++j) {
        delta1(i, k) += delta2(i, j) * weights[2](j, k);
      }
      delta1(i, k) *= 1.0 - h(i, k) * h(i, k);
    }
  }
  affine_gradients(delta1, batch.x, result[0], result[1]);
  return result;
}

}  // namespace curb::testing

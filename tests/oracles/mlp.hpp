// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
//
// The network of the update oracles in double precision: a tanh hidden layer, a softmax output and
// the mean cross-entropy of a batch.
//
//     z1 = X W1^T + b1,  h = tanh(z1),  z2 = h W2^T + b2,  loss = mean_i -log
//     softmax(z2_i)[label_i]
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "tests/reference/matrix.hpp"

namespace curb::testing {

// W1 [hidden, in], b1 [1, hidden], W2 [out, hidden], b2 [1, out]. Gradients have the same shapes.
using MlpWeights = std::array<Matrix, 4>;

struct Batch {
  Matrix x;  // [samples, in]
  std::vector<std::size_t> labels;
};

double loss(const MlpWeights& weights, const Batch& batch);

MlpWeights gradients(const MlpWeights& weights, const Batch& batch);

}  // namespace curb::testing

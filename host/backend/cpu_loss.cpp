// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// A row is worked through in tiles: vectorised fp32 element by element, then sums in double in the
// order of the outputs.
#include "host/backend/cpu_loss.hpp"

#include <algorithm>
#include <cmath>
#include <curb/rules/elementary.hpp>

#include "host/backend/multiversion.hpp"

namespace curb::backend {
namespace {

constexpr std::int64_t kTile = 256;

/// Part of a row: what is known of it, and where its gradient goes, in the row or on the stack.
struct Tile {
  const float* output;
  const float* target;
  float* delta;
  std::int64_t count;
};

/// Part `first`... of a row. Targets that are labels are spelt out in `one_hot`; a gradient that
/// nobody asked for goes to `unused`.
CURB_HOST_DEVICE Tile tile_of(const LossPass& pass, std::int64_t row, std::int64_t first,
                              float (&one_hot)[kTile], float (&unused)[kTile]) {
  const std::int64_t at = row * pass.outputs + first;
  Tile tile{pass.output + at, nullptr, pass.delta == nullptr ? unused : pass.delta + at,
            std::min(kTile, pass.outputs - first)};
  if (pass.labels == nullptr) {
    tile.target = pass.targets + at;
  } else {
    std::fill_n(one_hot, tile.count, 0.0f);
    const std::int64_t label = pass.labels[row] - first;
    if (label >= 0 && label < tile.count) one_hot[label] = 1.0f;
    tile.target = one_hot;
  }
  return tile;
}

/// Whether the label's output is the largest, the first of equals.
CURB_HOST_DEVICE bool label_is_largest(const float* output, std::int64_t outputs,
                                       std::int64_t label) {
  bool largest = true;
  for (std::int64_t j = 0; j < label; ++j) largest &= output[label] > output[j];
  for (std::int64_t j = label; j < outputs; ++j) largest &= output[label] >= output[j];
  return largest;
}

/// Whether every logit says what its target says.
CURB_HOST_DEVICE bool sides_agree(const float* logit, const float* target, std::int64_t outputs) {
  bool agree = true;
  for (std::int64_t j = 0; j < outputs; ++j) {
    agree &= target[j] > 0.5f ? logit[j] > 0.0f : logit[j] <= 0.0f;
  }
  return agree;
}

/// delta may be the output itself: every tile is read before it is written.
CURB_HOST_DEVICE double softmax_cross_entropy(const LossPass& pass, std::int64_t row, float scale) {
  const float* output = pass.output + row * pass.outputs;
  // The largest logit is taken off, so that no exponential overflows and their sum is at least 1.
  float largest = output[0];
  for (std::int64_t j = 1; j < pass.outputs; ++j) {
    largest = output[j] > largest ? output[j] : largest;
  }
  const float label_output = output[pass.labels[row]];
  float* delta = pass.delta == nullptr ? nullptr : pass.delta + row * pass.outputs;
  double sum = 0.0;
  for (std::int64_t first = 0; first < pass.outputs; first += kTile) {
    float unused[kTile];
    float* e = delta == nullptr ? unused : delta + first;
    const std::int64_t count = std::min(kTile, pass.outputs - first);
    for (std::int64_t j = 0; j < count; ++j) e[j] = rules::exponential(output[first + j] - largest);
    for (std::int64_t j = 0; j < count; ++j) sum += e[j];
  }
  if (delta != nullptr) {
    const auto to_probability = static_cast<float>(1.0 / sum);
    for (std::int64_t j = 0; j < pass.outputs; ++j) {
      const float one_hot = j == pass.labels[row] ? 1.0f : 0.0f;
      delta[j] = (delta[j] * to_probability - one_hot) * scale;
    }
  }
  return rules::logarithm(sum) + (static_cast<double>(largest) - static_cast<double>(label_output));
}

/// log(1 + e^z) - z t = max(z, 0) - z t + log(1 + e^-|z|). The logarithms of a tile are taken
/// together, of the product of their arguments: 256 factors of at most 2 do not overflow.
CURB_HOST_DEVICE double sigmoid_cross_entropy(const Tile& tile, float scale) {
  double sum = 0.0;
  double product = 1.0;
  float decay[kTile];
  for (std::int64_t j = 0; j < tile.count; ++j) {
    decay[j] = rules::exponential(-std::fabs(tile.output[j]));
  }
  for (std::int64_t j = 0; j < tile.count; ++j) {
    const float z = tile.output[j];
    const double positive = z > 0.0f ? z : 0.0;
    sum += positive - static_cast<double>(z) * tile.target[j];
    product *= 1.0 + decay[j];
  }
  for (std::int64_t j = 0; j < tile.count; ++j) {
    const float larger = 1.0f / (1.0f + decay[j]);  // of sigmoid(z) and 1 - sigmoid(z)
    const float probability = tile.output[j] < 0.0f ? decay[j] * larger : larger;
    tile.delta[j] = (probability - tile.target[j]) * scale;
  }
  return sum + rules::logarithm(product);
}

/// |output - target|^2
CURB_HOST_DEVICE double squared_error(const Tile& tile, float scale) {
  double sum = 0.0;
  for (std::int64_t j = 0; j < tile.count; ++j) {
    const double error = static_cast<double>(tile.output[j]) - tile.target[j];
    sum += error * error;
  }
  for (std::int64_t j = 0; j < tile.count; ++j) {
    tile.delta[j] = (tile.output[j] - tile.target[j]) * scale;
  }
  return sum;
}

}  // namespace

CURB_MULTIVERSION
SampleLoss sample_loss(const LossPass& pass, std::int64_t row) {
  SampleLoss result;
  const float* output = pass.output + row * pass.outputs;
  if (pass.labels != nullptr) {
    result.correct = label_is_largest(output, pass.outputs, pass.labels[row]);
  } else if (pass.loss == Loss::sigmoid_cross_entropy) {
    result.correct = sides_agree(output, pass.targets + row * pass.outputs, pass.outputs);
  }

  const float weight = pass.class_weights == nullptr ? 1.0f : pass.class_weights[pass.labels[row]];
  const float scale = weight / static_cast<float>(pass.rows);
  if (pass.loss == Loss::softmax_cross_entropy) {
    result.loss = weight * softmax_cross_entropy(pass, row, scale);
    return result;
  }
  const auto outputs = static_cast<float>(pass.outputs);
  for (std::int64_t first = 0; first < pass.outputs; first += kTile) {
    float one_hot[kTile];
    float unused[kTile];
    const Tile tile = tile_of(pass, row, first, one_hot, unused);
    switch (pass.loss) {
      case Loss::sigmoid_cross_entropy:
        result.loss += sigmoid_cross_entropy(tile, scale);
        break;
      case Loss::quadratic:
        result.loss += 0.5 * squared_error(tile, scale);
        break;
      case Loss::mse:
        result.loss += squared_error(tile, 2.0f * scale / outputs) / outputs;
        break;
      case Loss::softmax_cross_entropy:
        break;  // needs its whole row at once, above
    }
  }
  result.loss *= weight;
  return result;
}

}  // namespace curb::backend

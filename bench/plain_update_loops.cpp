// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The plain loops. Compiled once per instruction set; CURB_PLAIN_UPDATE is the name of the entry.
#include "bench/plain_update.hpp"

namespace curb::bench {
namespace {

constexpr float kLearningRate = 1e-5f;
constexpr float kMomentum = 0.9f;
constexpr float kBeta2 = 0.999f;

}  // namespace

void CURB_PLAIN_UPDATE(int threads, std::int64_t count, int states, float* weight,
                       const float* gradient, float* state0, float* state1) {
  switch (states) {
    case 0:
#pragma omp parallel for simd num_threads(threads) schedule(static)
      for (std::int64_t i = 0; i < count; ++i) weight[i] -= kLearningRate * gradient[i];
      break;
    case 1:
#pragma omp parallel for simd num_threads(threads) schedule(static)
      for (std::int64_t i = 0; i < count; ++i) {
        state0[i] = kMomentum * state0[i] + gradient[i];
        weight[i] -= kLearningRate * state0[i];
      }
      break;
    default:
#pragma omp parallel for simd num_threads(threads) schedule(static)
      for (std::int64_t i = 0; i < count; ++i) {
        state0[i] = kMomentum * state0[i] + gradient[i];
        state1[i] = kBeta2 * state1[i] + (1.0f - kBeta2) * gradient[i] * gradient[i];
        weight[i] -= kLearningRate * state0[i];
      }
      break;
  }
}

}  // namespace curb::bench

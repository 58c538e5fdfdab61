// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
//
// Three training steps of a small network under fourteen update rules, computed in double precision
// by others: what an update executor is driven through and compared with, step by step. README.md
// tells where the numbers come from.
#pragma once

#include <array>
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/oracles/mlp.hpp"
#include "tests/reference/reference.hpp"

namespace curb::testing {

constexpr std::size_t kMlpSteps = 3;

struct MlpUpdateCase {
  std::string name;
  Modes modes;
  Hyper weight_hyper;  // for W1 and W2
  Hyper bias_hyper;    // for b1 and b2: the same optimiser with no penalty, decay or constraint
  std::array<MlpWeights, kMlpSteps> after;  // the exact weights after each step
  std::array<double, kMlpSteps> losses{};   // of each batch, at the weights before its step
};

struct MlpUpdates {
  MlpWeights initial;
  std::array<Batch, kMlpSteps> batches;  // step k takes the gradient of batches[k]
  MlpWeights first_gradient;             // of batches[0] at the initial weights
  std::vector<MlpUpdateCase> cases;
};

// Throws std::runtime_error when the files are missing or damaged.
MlpUpdates load_mlp_updates();
MlpUpdates load_mlp_updates(const std::filesystem::path& directory);

}  // namespace curb::testing

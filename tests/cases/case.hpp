// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// What a fused step can be asked for: one definition for the tests against the double reference,
// for those of host against device, and for the table docs/supported.md.
//
// A Case is a point of the product of all settings. Its reference is `step` of
// tests/reference/reference.hpp; it runs on the host executor (every case: case_matrix_test.cpp)
// and on the CUDA executor, emulated or on a GPU (covering_cases: tests/kernels/cases_test.cpp).
#pragma once

#include <cstdint>
#include <curb/curb.hpp>
#include <string>
#include <vector>

namespace curb::testing {

/// The stages that need a row whole.
enum class RowStages : std::uint8_t {
  none,
  group,  ///< group lasso over incoming weights
  max_norm,
  group_and_max_norm,  ///< over incoming weights, both
  outgoing_group,      ///< group lasso over outgoing weights
  crossing,            ///< group lasso over outgoing weights, max-norm over incoming ones
};

/// What the gradient as a whole decides.
enum class Guard : std::uint8_t { none, clip, skip };

struct Case {
  OptimizerKind optimizer = OptimizerKind::sgd;
  rules::L1Mode l1 = rules::L1Mode::prox;
  rules::L2Mode l2 = rules::L2Mode::coupled;
  bool weight_decay = false;
  bool non_negative = false;
  bool masked = false;
  RowStages rows = RowStages::none;
  rules::MaxNormMode max_norm = rules::MaxNormMode::radial;
  Incoming incoming = Incoming::row;
  Storage storage = Storage::float32;
  DataType gradient = DataType::float32;
  DataType state = DataType::float32;  ///< of the first state
  bool average = false;
  bool zero_gradients = false;
  Guard guard = Guard::none;
};

std::string name_of(const Case& c);

/// Every case that curb supports, in a fixed order; settings that change nothing (the mode of a
/// max-norm that is not there) have one value.
std::vector<Case> all_cases();

/// Some of them, such that every pair of settings that a case may have together is in one.
std::vector<Case> covering_cases();

/// Whether it is one of all_cases().
bool is_supported(const Case& c);

Group group_of(const Case& c);
PlanOptions options_of(const Case& c);

}  // namespace curb::testing

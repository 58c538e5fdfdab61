// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// What became of the two curves.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "host/reproduce/irrelevant_inputs.hpp"
#include "host/reproduce/statistics.hpp"

namespace curb::reproduce {

/// By how many points the test error grows from the first number of irrelevant inputs to the last,
/// seed by seed.
struct Growth {
  Estimate l1;
  Estimate l2;
  Order order = Order::undecided;  ///< of L1's growth beside `growth` times L2's
};

Growth growth(const IrrelevantInputsStudy& study, const IrrelevantInputsResult& result);

/// Whether the L1 curve's growth is below the stated part of the L2 curve's, with 95 % intervals
/// that do not overlap.
bool is_reproduced(const IrrelevantInputsStudy& study, const IrrelevantInputsResult& result);

std::string to_text(const IrrelevantInputsStudy& study, const IrrelevantInputsResult& result);
nlohmann::ordered_json to_json(const IrrelevantInputsStudy& study,
                               const IrrelevantInputsResult& result);

/// Test error against irrelevant inputs, as a picture.
std::string to_svg(const IrrelevantInputsStudy& study, const IrrelevantInputsResult& result);

}  // namespace curb::reproduce

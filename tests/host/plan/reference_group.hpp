// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// A plan's group from the settings of the double reference.
#pragma once

#include <curb/curb.hpp>

#include "tests/reference/reference.hpp"
#include "tests/rules/from_reference.hpp"

namespace curb::testing {

inline Group group_from_reference(const Modes& modes, const Hyper& hyper) {
  Group group;
  group.name = "group";
  group.modes = from_reference(modes);
  group.hyperparameters = from_reference(hyper);
  group.group_lasso_over =
      modes.group_by == GroupBy::outgoing ? GroupLassoOver::outgoing : GroupLassoOver::incoming;
  return group;
}

}  // namespace curb::testing

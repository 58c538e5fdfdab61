// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// docs/supported.md, made from what a plan accepts and what it says where it does not.
#pragma once

#include <string>

#include "tests/cases/case.hpp"

namespace curb::testing {

/// What a plan of this case is refused with, without the tensor's and the group's name; empty if it
/// is accepted.
std::string refusal(const Case& c);

std::string supported_table();

}  // namespace curb::testing

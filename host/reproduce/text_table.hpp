// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Columns that stand under each other.
#pragma once

#include <string>
#include <vector>

namespace curb::reproduce {

/// One line per row, all of as many cells; the first column begins flush, the others end so.
std::string text_table(const std::vector<std::vector<std::string>>& rows);

}  // namespace curb::reproduce

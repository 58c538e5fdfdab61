// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Pieces of error messages, and names for columns that have none.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace curb::data {

// `text` in double quotes, with control characters shown as `\xNN` and a long tail as `...`:
// a message must stay one readable line whatever the file holds.
std::string in_quotes(std::string_view text);

// "; did you mean \"NAME\"?" for the candidate nearest to `word` in edit distance (the first of
// equals), or an empty string when none is near.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates);

// `prefix` followed by `number`: c0, c1, ...
std::string numbered(std::string prefix, std::size_t number);

}  // namespace curb::data

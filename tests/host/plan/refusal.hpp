// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// What a plan says when it refuses.
#pragma once

#include <gtest/gtest.h>

#include <curb/curb.hpp>
#include <functional>
#include <string>
#include <vector>

namespace curb::testing {

/// The message of the Error that `act` throws, or an empty string.
inline std::string refusal(const std::function<void()>& act) {
  try {
    act();
  } catch (const Error& error) {
    return error.what();
  }
  return {};
}

/// Expects a message with all of `words`.
inline void expect_words(const std::string& message, const std::vector<std::string>& words) {
  EXPECT_FALSE(message.empty()) << "not refused";
  for (const std::string& word : words) {
    EXPECT_NE(message.find(word), std::string::npos)
        << "'" << message << "' lacks '" << word << "'";
  }
}

}  // namespace curb::testing

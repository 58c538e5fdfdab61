// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Checks what an error says, not only that there is one.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "host/data/error.hpp"

namespace curb::testing {

// The message of the DataError that `action` throws; without one the test fails and it is empty.
template <typename Action>
std::string data_error(Action&& action) {
  try {
    action();
  } catch (const data::DataError& error) {
    return error.what();
  }
  ADD_FAILURE() << "no DataError was thrown";
  return {};
}

}  // namespace curb::testing

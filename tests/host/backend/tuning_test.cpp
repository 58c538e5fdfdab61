// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// What a backend has chosen goes through a text, and only where it belongs.
#include <gtest/gtest.h>

#include <stdexcept>

#include "tests/host/backend/backends.hpp"

namespace curb::testing {
namespace {

using backend::Backend;
using backend::Buffer;

class TuningTest : public BackendTest {
 protected:
  void SetUp() override {
    BackendTest::SetUp();
    if (on == nullptr) return;
    const Buffer<float> input = upload(std::vector<float>(6, 1.0f));
    const Buffer<float> weight = upload(std::vector<float>(12, 1.0f));
    const Buffer<float> bias = upload(std::vector<float>(4, 1.0f));
    Buffer<float> output(*on, 8);
    on->dense_forward({.rows = 2,
                       .fan_in = 3,
                       .fan_out = 4,
                       .input = input.data(),
                       .weight = weight.data(),
                       .bias = bias.data(),
                       .output = output.data()});
    on->synchronize();
  }

  /// Opened after `on`, whose choices it does not know.
  std::unique_ptr<Backend> another() { return GetParam().make(why); }
};

TEST_P(TuningTest, ComesBack) {
  const std::string tuning = on->tuning();
  const std::unique_ptr<Backend> other = another();
  other->restore_tuning(tuning);
  EXPECT_EQ(other->tuning(), tuning);
}

TEST_P(TuningTest, NothingIsNoChoice) { EXPECT_NO_THROW(another()->restore_tuning("")); }

TEST_P(TuningTest, OfAnotherDeviceIsRefused) {
  EXPECT_THROW(another()->restore_tuning("an abacus\n0\n"), std::invalid_argument);
}

TEST_P(TuningTest, DamagedIsRefusedWhole) {
  const std::string tuning = on->tuning();
  const std::unique_ptr<Backend> other = another();
  const std::string before = other->tuning();
  for (std::size_t length = 1; length < tuning.size(); ++length) {
    EXPECT_THROW(other->restore_tuning(tuning.substr(0, length)), std::invalid_argument) << length;
    EXPECT_EQ(other->tuning(), before);
  }
}

CURB_ON_EVERY_BACKEND(TuningTest);

}  // namespace
}  // namespace curb::testing

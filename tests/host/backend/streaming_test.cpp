// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Rows that lie in the host's memory train as those on the device do, bit for bit.
#include <gtest/gtest.h>

#include "host/train/passes.hpp"
#include "tests/host/backend/backends.hpp"
#include "tests/host/backend/small_training.hpp"

namespace curb::testing {
namespace {

constexpr SmallTrainingOptions kStreamed{.place = backend::Place::host};

class StreamingTest : public BackendTest {};

TEST_P(StreamingTest, TrainsToTheSameBits) {
  SmallTraining resident(*on);
  SmallTraining streamed(*on, kStreamed);
  for (std::int64_t epoch = 1; epoch <= 3; ++epoch) {
    resident.run_epoch(epoch);
    streamed.run_epoch(epoch);
    EXPECT_EQ(streamed.parameters(), resident.parameters()) << "epoch " << epoch;
    EXPECT_EQ(streamed.steps().losses().loss, resident.steps().losses().loss);
  }
}

TEST_P(StreamingTest, GoesOnInTheMiddleOfAnEpoch) {
  SmallTraining whole(*on, kStreamed);
  SmallTraining resumed(*on, kStreamed);
  whole.run_epoch(1);
  train::EpochSteps& steps = resumed.steps();
  steps.begin(1);
  for (int step = 0; step < 2; ++step) steps.step();
  steps.resume(1, steps.count());
  while (!steps.epoch_is_over()) steps.step();
  EXPECT_EQ(resumed.parameters(), whole.parameters());
}

TEST_P(StreamingTest, PassesOverTheRowsGiveTheSameBits) {
  SmallTraining resident(*on);
  SmallTraining streamed(*on, kStreamed);
  EXPECT_EQ(train::evaluate(*on, streamed.network(), streamed.rows()).loss,
            train::evaluate(*on, resident.network(), resident.rows()).loss);
  EXPECT_EQ(train::predict(*on, streamed.network(), streamed.rows()),
            train::predict(*on, resident.network(), resident.rows()));
}

TEST_P(StreamingTest, SmallDataStayOnTheDevice) {
  EXPECT_EQ(train::place_for(*on, SmallTraining::dataset()), backend::Place::device);
}

CURB_ON_EVERY_BACKEND(StreamingTest);

}  // namespace
}  // namespace curb::testing

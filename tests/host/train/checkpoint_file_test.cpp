// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Checkpoints on the disk: the way there and back to the bit, and no byte that may change unseen.
#include "host/train/checkpoint_file.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <limits>
#include <string>
#include <vector>

#include "host/data/file.hpp"
#include "host/train/safetensors.hpp"
#include "tests/host/data/data_error.hpp"
#include "tests/host/data/temporary_directory.hpp"
#include "tests/host/train/small_checkpoint.hpp"

namespace curb::train {
namespace {

using testing::data_error;
using testing::small_checkpoint;

std::vector<std::uint32_t> bits(const std::vector<float>& values) {
  std::vector<std::uint32_t> result;
  for (const float value : values) result.push_back(std::bit_cast<std::uint32_t>(value));
  return result;
}

class CheckpointFile : public ::testing::Test {
 protected:
  Checkpoint there_and_back(const Checkpoint& checkpoint) const {
    save_checkpoint(path_, checkpoint);
    return load_checkpoint(path_);
  }

  /// In its place: some file systems wait for the disk when a whole file is written anew.
  void overwrite(std::size_t at, char byte) const {
    std::fstream file(path_, std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(static_cast<std::streamoff>(at));
    file.put(byte);
  }

  testing::TemporaryDirectory directory_;
  const std::string path_ = directory_.path("checkpoint");
};

TEST_F(CheckpointFile, ComesBackToTheBit) {
  const Checkpoint c = small_checkpoint();
  const Checkpoint back = there_and_back(c);
  EXPECT_EQ(back.source, path_);
  EXPECT_EQ(back.configuration, c.configuration);
  EXPECT_EQ(back.data_fingerprint, c.data_fingerprint);
  EXPECT_EQ(back.backend, c.backend);
  EXPECT_EQ(back.tuning, c.tuning);

  EXPECT_EQ(back.progress.epoch, c.progress.epoch);
  EXPECT_EQ(back.progress.latest.epoch, c.progress.latest.epoch);
  EXPECT_EQ(bits(back.progress.latest.parameters), bits(c.progress.latest.parameters));
  EXPECT_EQ(back.progress.best.epoch, c.progress.best.epoch);
  EXPECT_EQ(bits(back.progress.best.parameters), bits(c.progress.best.parameters));
  EXPECT_EQ(back.progress.best_loss, c.progress.best_loss);
  EXPECT_EQ(back.progress.first_residual, c.progress.first_residual);
  EXPECT_EQ(back.progress.gradient_norm, c.progress.gradient_norm);
  EXPECT_EQ(back.progress.training_seconds, c.progress.training_seconds);
  EXPECT_EQ(back.progress.samples_reported, c.progress.samples_reported);

  EXPECT_EQ(back.count.steps, c.count.steps);
  EXPECT_EQ(back.count.samples, c.count.samples);
  EXPECT_EQ(back.count.position, c.count.position);
  EXPECT_EQ(back.count.losses.loss, c.count.losses.loss);
  EXPECT_EQ(back.count.losses.samples, c.count.losses.samples);
  EXPECT_EQ(back.count.losses.correct, c.count.losses.correct);

  EXPECT_EQ(bits(back.parameters), bits(c.parameters));
  ASSERT_EQ(back.optimizer_state.size(), 2u);
  EXPECT_EQ(bits(back.optimizer_state[0]), bits(c.optimizer_state[0]));
  EXPECT_EQ(bits(back.optimizer_state[1]), bits(c.optimizer_state[1]));

  ASSERT_EQ(back.groups.size(), 2u);
  EXPECT_EQ(back.groups[0].step, c.groups[0].step);
  EXPECT_EQ(back.groups[0].beta1_power, c.groups[0].beta1_power);
  EXPECT_EQ(back.groups[0].beta2_power, c.groups[0].beta2_power);
  EXPECT_EQ(back.groups[0].l1, c.groups[0].l1);
  EXPECT_EQ(back.groups[0].l2, c.groups[0].l2);
  EXPECT_EQ(back.groups[0].group_lasso, c.groups[0].group_lasso);
  EXPECT_EQ(back.groups[0].l1_cumulative, c.groups[0].l1_cumulative);
  EXPECT_EQ(back.groups[1].beta1_power, 1.0);

  EXPECT_EQ(back.seconds, c.seconds);
  EXPECT_EQ(back.seconds_since_report, c.seconds_since_report);
  EXPECT_EQ(back.metrics_bytes, c.metrics_bytes);
}

TEST_F(CheckpointFile, HoldsALossThatIsNoNumber) {
  Checkpoint c = small_checkpoint();
  c.count.losses.loss = std::numeric_limits<double>::quiet_NaN();
  c.progress.best_loss = std::numeric_limits<double>::infinity();
  const Checkpoint back = there_and_back(c);
  EXPECT_TRUE(std::isnan(back.count.losses.loss));
  EXPECT_EQ(back.progress.best_loss, c.progress.best_loss);
}

TEST_F(CheckpointFile, HoldsEqualWeightsOnce) {
  Checkpoint c = small_checkpoint();
  c.progress.latest.parameters = c.parameters;
  c.progress.best.parameters = c.parameters;
  const Checkpoint back = there_and_back(c);
  EXPECT_EQ(bits(back.progress.latest.parameters), bits(c.parameters));
  EXPECT_EQ(bits(back.progress.best.parameters), bits(c.parameters));
  EXPECT_EQ(read_safetensors(path_).tensors.size(), 3u);  // and two states

  c.progress.best = {};
  EXPECT_TRUE(there_and_back(c).progress.best.parameters.empty());
  c.progress.latest.parameters = {1.25f, -0.0f, 0.0f};  // equal as numbers, not as bits
  EXPECT_EQ(bits(there_and_back(c).progress.latest.parameters), bits(c.progress.latest.parameters));
}

TEST_F(CheckpointFile, TheOneBeforeIsKept) {
  Checkpoint c = small_checkpoint();
  for (const std::int64_t epoch : {1, 2, 3}) {
    c.progress.epoch = epoch;
    save_checkpoint(path_, c);
  }
  EXPECT_EQ(load_checkpoint(path_).progress.epoch, 3);
  EXPECT_EQ(load_checkpoint(previous_checkpoint(path_)).progress.epoch, 2);
}

// One bit and the whole byte: no place in the file goes unseen, the checksum's own included.
TEST_F(CheckpointFile, EveryFlippedByteIsRefused) {
  save_checkpoint(path_, small_checkpoint());
  const std::string whole = data::read_file(path_);
  ASSERT_NO_THROW(load_checkpoint(path_));
  for (std::size_t i = 0; i < whole.size(); ++i) {
    for (const int flip : {1 << i % 8, 0xff}) {
      overwrite(i, static_cast<char>(whole[i] ^ flip));
      EXPECT_THROW(load_checkpoint(path_), data::DataError) << "byte " << i << " ^ " << flip;
    }
    overwrite(i, whole[i]);
  }
  ASSERT_NO_THROW(load_checkpoint(path_));
  std::printf("%zu bytes, each flipped twice: all refused\n", whole.size());
}

TEST_F(CheckpointFile, EveryTruncationIsRefused) {
  save_checkpoint(path_, small_checkpoint());
  const std::size_t size = std::filesystem::file_size(path_);
  std::filesystem::resize_file(path_, size + 1);
  EXPECT_THROW(load_checkpoint(path_), data::DataError);
  for (std::size_t length = size; length-- > 0;) {
    std::filesystem::resize_file(path_, length);
    EXPECT_THROW(load_checkpoint(path_), data::DataError) << length;
  }
}

TEST_F(CheckpointFile, SaysWhatIsWrong) {
  save_checkpoint(path_, small_checkpoint());
  std::string bytes = data::read_file(path_);
  bytes.back() = static_cast<char>(bytes.back() ^ 1);
  directory_.write("checkpoint", bytes);
  EXPECT_TRUE(data_error([&] {
                load_checkpoint(path_);
              }).starts_with(path_ + ": damaged or cut short: its checksum is "));

  EXPECT_EQ(data_error([&] { load_checkpoint(directory_.path("none")); }),
            directory_.path("none") + ": cannot open: No such file or directory");

  const std::vector<float> values{1.0f};
  write_safetensors(path_, std::vector<TensorView>{{"w", {1}, values}}, {{"curb", "1"}});
  EXPECT_EQ(data_error([&] { load_checkpoint(path_); }),
            path_ + ": not a checkpoint of curb, or damaged in its first bytes");
  EXPECT_THROW(load_checkpoint(directory_.path()), data::DataError);
}

}  // namespace
}  // namespace curb::train

// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Committees that stop and go on: to the same bits, without training again what is done, and only
// where they belong.
#include <gtest/gtest.h>

#include <exception>
#include <filesystem>
#include <string>

#include "host/train/ensemble.hpp"
#include "tests/host/data/data_error.hpp"
#include "tests/host/train/killed_training.hpp"

namespace curb::train {
namespace {

using testing::data_error;
using testing::small_data;

constexpr std::uint64_t kStepsOfMember = 30;  // six epochs of five steps

/// A committee of three, with schedules and dropout.
Settings committee(double checkpoint_minutes) {
  Settings settings = testing::killed_trainings().front().settings;
  settings.patience = 0;
  settings.ensemble = 3;
  settings.seed = 7;
  settings.checkpoint_minutes = checkpoint_minutes;
  resolve(settings);
  return settings;
}

constexpr double kAlways = 1e-9;
constexpr double kNever = 0.0;

class ResumedCommittee : public ::testing::Test {
 protected:
  /// Goes on with the committee, or begins it, and dies after asking for `last_step` steps more; 0:
  /// never. How many it asked for.
  std::uint64_t train(const Settings& settings, std::uint64_t last_step = 0,
                      const std::string& checkpoint = "") {
    struct Killed : std::exception {};
    const auto backend = backend::make_cpu_backend(1);
    CommitteeStart start;
    std::optional<RunFolder> folder;
    if (std::filesystem::exists(run_)) {
      start = load_committee_start(run_, checkpoint, settings);
      folder.emplace(run_, settings, *start.checkpoint);
    } else {
      folder.emplace(run_, settings);
    }
    std::uint64_t steps = 0;
    const Observer observer{
        .on_step =
            [&](const Position&) {
              if (++steps == last_step) throw Killed();
            },
        .on_report = [&](const EpochMetrics& metrics) { folder->append(metrics); },
        .on_checkpoint = [&](Checkpoint c) { folder->save(std::move(c)); }};
    const auto keep_members = [&](std::span<const Outcome> members, Checkpoint next) {
      folder->save(members, std::move(next));
    };
    try {
      outcome_ = train_ensemble(settings, small_data(), *backend, observer, keep_members, start);
      folder->save(models_of(outcome_.members));
    } catch (const Killed&) {
    }
    return steps;
  }
  std::string read(const std::string& name) const { return data::read_file(run_ + "/" + name); }
  /// Begins anew.
  void forget() { std::filesystem::remove_all(run_); }

  testing::TemporaryDirectory directory_;
  const std::string run_ = directory_.path("run");
  EnsembleOutcome outcome_;
};

TEST_F(ResumedCommittee, IsThatOfAnUndisturbedRunWhereverItWasKilled) {
  for (const double minutes : {kAlways, kNever}) {
    const Settings settings = committee(minutes);
    forget();
    ASSERT_EQ(train(settings), 3 * kStepsOfMember);
    const std::string model = read("model.safetensors");
    const std::string metrics = testing::timeless_metrics(run_);
    const EnsembleOutcome expected = outcome_;
    for (const std::uint64_t last_step : {31u, 36u, 60u, 61u, 74u, 90u}) {
      forget();
      train(settings, last_step);
      const std::string before = read("committee.json");
      const std::uint64_t more = train(settings);
      const std::uint64_t in_member = (last_step - 1) % kStepsOfMember;
      // The checkpoint after the last step was not made any more.
      const std::uint64_t kept = minutes == kNever ? last_step - 1 - in_member : last_step - 1;
      EXPECT_EQ(more, 3 * kStepsOfMember - kept) << last_step;
      EXPECT_EQ(read("model.safetensors"), model) << last_step;
      EXPECT_EQ(testing::timeless_metrics(run_), metrics) << last_step;
      EXPECT_NE(read("committee.json"), before);
      EXPECT_EQ(outcome_.test->loss, expected.test->loss);
    }
  }
}

TEST_F(ResumedCommittee, KnowsHowItsMembersEnded) {
  Settings settings = committee(kNever);
  settings.input_noise = settings.input_dropout = settings.hidden_dropout = 0.0f;  // has a residual
  train(settings, 70);
  train(settings);
  const EnsembleOutcome resumed = outcome_;
  forget();
  train(settings);
  ASSERT_EQ(resumed.members.size(), 3u);
  for (std::size_t m = 0; m < 3; ++m) {
    const Outcome& a = resumed.members[m];
    const Outcome& b = outcome_.members[m];
    EXPECT_EQ(a.ending, b.ending);
    EXPECT_EQ(a.epochs, b.epochs);
    EXPECT_EQ(a.kept_epoch, b.kept_epoch);
    EXPECT_EQ(a.steps, b.steps);
    EXPECT_GT(a.seconds, 0.0);
    EXPECT_GT(a.samples_per_second, 0.0);
    EXPECT_EQ(a.penalty, b.penalty);
    EXPECT_EQ(a.residual.value(), b.residual.value());
    EXPECT_EQ(a.relative_residual, b.relative_residual);
    EXPECT_EQ(a.train.loss, b.train.loss);
    EXPECT_EQ(a.train.accuracy, b.train.accuracy);
    EXPECT_EQ(a.validation->loss, b.validation->loss);
    EXPECT_EQ(a.test->accuracy, b.test->accuracy);
    EXPECT_EQ(to_json(a.layers), to_json(b.layers));
  }
}

TEST_F(ResumedCommittee, ThatIsCompleteTrainsNothing) {
  train(committee(kAlways));
  const std::string model = read("model.safetensors");
  EXPECT_EQ(train(committee(kAlways)), 0u);
  EXPECT_EQ(read("model.safetensors"), model);
}

TEST_F(ResumedCommittee, SpeaksOfTheSettingsThatItEndedWith) {
  train(committee(kNever), 70);
  train(committee(kAlways));
  const std::string configuration = to_toml(committee(kAlways));
  for (const Model& member : load_committee(run_ + "/model.safetensors")) {
    EXPECT_EQ(member.configuration, configuration);
  }
  EXPECT_EQ(read("config.toml"), configuration);
}

TEST_F(ResumedCommittee, NeedsSomethingToGoOnFrom) {
  train(committee(kNever), 17);
  EXPECT_EQ(data_error([&] { train(committee(kNever)); }),
            run_ + ": has no checkpoint to go on from");
}

TEST_F(ResumedCommittee, RefusesWhatIsDamaged) {
  train(committee(kNever), 70);
  const std::string model = read("model.safetensors");
  const std::string members = read("committee.json");
  std::string damaged = model;
  damaged.back() = static_cast<char>(damaged.back() ^ 1);
  directory_.write("run/model.safetensors", damaged);
  EXPECT_EQ(data_error([&] { train(committee(kNever)); }),
            run_ + "/committee.json: not that of " + run_ +
                "/model.safetensors: the weights of a member are not those that it had");
  directory_.write("run/model.safetensors", model);
  for (std::size_t i = 0; i < members.size(); ++i) {
    damaged = members;
    damaged[i] = static_cast<char>(damaged[i] ^ (1 << i % 8));
    directory_.write("run/committee.json", damaged);
    EXPECT_THROW(load_committee_start(run_, "", committee(kNever)), data::DataError) << i;
  }
  for (const std::string& text : {members.substr(0, members.size() / 2), std::string("{}")}) {
    directory_.write("run/committee.json", text);
    EXPECT_THROW(train(committee(kNever)), data::DataError);
  }
}

TEST_F(ResumedCommittee, RefusesCheckpointsOfMembersThatAreDone) {
  train(committee(kAlways), 31);
  const std::string early = directory_.write("early", read("checkpoint"));
  EXPECT_EQ(data_error([&] { train(committee(kAlways), 0, early); }),
            early + ": of member 0, which is done; without any checkpoint, --resume " + run_ +
                " begins the next");
  train(committee(kAlways), 35);
  std::filesystem::remove(run_ + "/committee.json");
  EXPECT_EQ(data_error([&] { train(committee(kAlways)); }),
            run_ + "/checkpoint: of member 2, and " + run_ + " has only 0 before it");
}

TEST_F(ResumedCommittee, RefusesOtherSettings) {
  train(committee(kAlways), 40);
  Settings other = committee(kAlways);
  other.seed += 1;
  EXPECT_EQ(data_error([&] { train(other); }),
            run_ + "/committee.json: of a run with another seed than config.toml has by now");
  Settings longer = committee(kAlways);
  longer.epochs += 1;
  EXPECT_EQ(data_error([&] { train(longer); }),
            run_ + "/committee.json: of a run with another epochs than config.toml has by now");
}

}  // namespace
}  // namespace curb::train

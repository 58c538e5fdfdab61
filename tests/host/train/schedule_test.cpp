// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Every schedule against its formula, step by step; how it is written; and what reaches the plan.
#include "host/train/schedule.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "host/train/config.hpp"
#include "host/train/schedule_text.hpp"
#include "host/train/scheduled_updates.hpp"
#include "tests/host/train/setting_error.hpp"

namespace curb::train {
namespace {

using testing::setting_error;

constexpr RunLength kRun{.steps_per_epoch = 10, .epochs = 6};
constexpr double kPi = 3.14159265358979323846;

Schedule parse(const std::string& text) {
  return parse_schedule("l1_schedule", makers::kNotNegative, text);
}

std::string refusal(const std::string& text, const makers::Range& range = makers::kNotNegative) {
  return setting_error([&] { parse_schedule("l1_schedule", range, text); });
}

/// Sixty steps of a schedule of 0.5, each beside the formula of its step.
void expect_curve(const std::string& text, const std::function<double(double)>& formula) {
  const Curve curve(parse(text), 0.5, 0.0, kRun);
  for (int step = 0; step < 60; ++step) {
    EXPECT_NEAR(curve.at(static_cast<std::uint64_t>(step)), formula(step), 1e-15)
        << text << " at step " << step;
  }
}

TEST(Schedule, IsConstantUnlessToldOtherwise) {
  EXPECT_TRUE(Schedule{}.is_constant());
  EXPECT_TRUE(parse("constant").is_constant());
  expect_curve("constant", [](double) { return 0.5; });
}

TEST(Schedule, BeginsAtAStep) {
  expect_curve("from=17", [](double s) { return s < 17 ? 0.0 : 0.5; });
  expect_curve("from=2ep", [](double s) { return s < 20 ? 0.0 : 0.5; });
  expect_curve("constant:from=25%", [](double s) { return s < 15 ? 0.0 : 0.5; });
  EXPECT_FALSE(parse("from=1").is_constant());
  EXPECT_EQ(Curve(parse("from=17"), 3.0, INFINITY, kRun).at(16), INFINITY);
}

TEST(Schedule, FallsByASteps) {
  expect_curve("step:every=7,factor=0.1", [](double s) { return 0.5 * std::pow(0.1, int(s) / 7); });
}

TEST(Schedule, FallsExponentially) {
  expect_curve("exponential:every=1ep,factor=0.9",
               [](double s) { return 0.5 * std::exp(s / 10 * std::log(0.9)); });
}

TEST(Schedule, FallsAsOneOverT) {
  expect_curve("inverse:every=4", [](double s) { return 0.5 * 4 / (4 + s); });
}

TEST(Schedule, GoesInALine) {
  expect_curve("linear", [](double s) { return 0.5 * (60 - s) / 60; });
  expect_curve("linear:end=0.7,over=50%",
               [](double s) { return s < 30 ? 0.5 + 0.2 * s / 30 : 0.7; });
}

TEST(Schedule, FollowsACosine) {
  expect_curve("cosine", [](double s) { return 0.25 + 0.25 * std::cos(kPi * s / 60); });
  expect_curve("cosine:end=0.1,over=4ep", [](double s) {
    return s < 40 ? 0.1 + 0.4 * std::pow(std::cos(kPi * s / 80), 2) : 0.1;  // by the half angle
  });
}

TEST(Schedule, WarmsUpFirst) {
  expect_curve("warmup=5", [](double s) { return s < 5 ? 0.1 * (s + 1) : 0.5; });
  expect_curve("warmup=5,start=0.3", [](double s) { return s < 5 ? 0.3 + 0.04 * (s + 1) : 0.5; });
  expect_curve("linear:from=10,warmup=1ep", [](double s) {
    if (s < 10) return 0.0;
    return s < 20 ? 0.05 * (s - 9) : 0.5 * (60 - s) / 40;
  });
}

TEST(Schedule, KeepsWithinWhatItWasGiven) {
  for (const char* text : {"step:every=3,factor=0.5", "exponential:every=3,factor=0.5",
                           "inverse:every=1", "linear", "cosine:end=0.75,warmup=7,start=0.6",
                           "linear:end=0.75,from=5", "from=80,warmup=3", "cosine:warmup=200%"}) {
    const Schedule schedule = parse(text);
    const Curve curve(schedule, 0.5, 0.0, kRun);
    for (std::uint64_t step = 0; step < 200; ++step) {
      EXPECT_GE(curve.at(step), 0.0) << text;
      EXPECT_LE(curve.at(step), largest(schedule, 0.5)) << text;
    }
  }
}

TEST(ScheduleText, IsReadAndWrittenAlike) {
  for (const char* text :
       {"constant", "from=10", "warmup=5ep,start=0.25", "step:every=30ep,factor=0.1",
        "exponential:every=0.5ep,factor=0.998", "linear", "linear:end=0.5,over=33.5%",
        "cosine:end=0.001,from=2,warmup=5%", "inverse:every=100,from=1ep"}) {
    EXPECT_EQ(to_text(parse(text)), text);
  }
  EXPECT_EQ(to_text(parse("cosine:warmup=1e3,end=1e-3")), "cosine:end=0.001,warmup=1000");
  EXPECT_EQ(to_text(parse("constant:from=3")), "from=3");
  EXPECT_EQ(to_text(parse("constant:from=0")), "constant");
}

TEST(ScheduleText, MistakesAreNamed) {
  const std::string kinds = " (constant, step, exponential, linear, cosine, inverse)";
  const std::string spans =
      " must be a number of steps (500), of epochs (5ep) or a share of the run (10%), not ";
  EXPECT_EQ(refusal(""), "l1_schedule: there is no schedule \"\"" + kinds);
  EXPECT_EQ(refusal("cosin"),
            "l1_schedule: there is no schedule \"cosin\"; did you mean \"cosine\"?" + kinds);
  EXPECT_EQ(refusal("step"), "l1_schedule: step needs every=...");
  EXPECT_EQ(refusal("step:every=5"), "l1_schedule: step needs factor=...");
  EXPECT_EQ(refusal("linear:factor=5"), "l1_schedule: linear has no \"factor\"");
  EXPECT_EQ(refusal("cosine:warmpu=5"),
            "l1_schedule: cosine has no \"warmpu\"; did you mean \"warmup\"?");
  EXPECT_EQ(refusal("cosine:5"), "l1_schedule: a part is KEY=VALUE, not \"5\"");
  EXPECT_EQ(refusal("from=1,"), "l1_schedule: a part is KEY=VALUE, not \"\"");
  EXPECT_EQ(refusal("from=1,from=2"), "l1_schedule: \"from\" is given twice");
  EXPECT_EQ(refusal("from=-1"), "l1_schedule: from" + spans + "\"-1\"");
  EXPECT_EQ(refusal("from=1.5"), "l1_schedule: from" + spans + "\"1.5\"");
  EXPECT_EQ(refusal("from=nan%"), "l1_schedule: from" + spans + "\"nan%\"");
  EXPECT_EQ(refusal("inverse:every=0"), "l1_schedule: every" + spans + "\"0\"");
  EXPECT_EQ(refusal("linear:end=-1"), "l1_schedule: end must be a number >= 0, not \"-1\"");
  EXPECT_EQ(refusal("linear:end=1", makers::kBelowOne),
            "l1_schedule: end must be a number in [0, 1), not \"1\"");
  EXPECT_EQ(refusal("step:every=1,factor=1"),
            "l1_schedule: factor must be a number between 0 and 1, not \"1\"");
  EXPECT_EQ(refusal("start=1"),
            "l1_schedule: start is where a warm-up begins: give warmup=... too");
  EXPECT_EQ(refusal("cosine", makers::kRadius),
            "l1_schedule: cosine needs end=..., since 0 cannot be its end");
  EXPECT_EQ(refusal("warmup=3", makers::kRadius),
            "l1_schedule: warmup needs start=..., since 0 cannot be its start");
}

/// Eight weights under momentum, in a group of their own beside an empty one.
struct SmallPlan {
  explicit SmallPlan(const UpdateSettings& update) : plan(make(update)) {
    plan.bind_gradients({gradient.data()});
  }
  Plan make(const UpdateSettings& update) {
    std::vector<Group> groups(2);
    for (Group& group : groups) {
      group.modes = {.optimizer = OptimizerKind::momentum};
      group.hyperparameters = hyperparameters_of(update);
    }
    Tensor tensor = Tensor::matrix("w", weights.data(), 2, 4, 1);
    tensor.state[0] = state.data();
    return {Device::cpu(1), groups, {tensor}};
  }

  std::vector<float> weights{0.5f, -0.25f, 0.75f, 1.0f, -1.0f, 0.125f, 2.0f, -0.5f};
  std::vector<float> state = std::vector<float>(8);
  std::vector<float> gradient{-0.5f, 0.25f, -0.75f, -1.0f, 1.0f, -0.25f, -1.0f, 0.5f};
  Plan plan;
};

/// Each scheduled setting moves its own hyper-parameter and no other, and the plan obeys.
TEST(ScheduledUpdates, EverySettingReachesThePlan) {
  ASSERT_EQ(scheduled_settings().size(), 7u);
  for (const ScheduledSetting& setting : scheduled_settings()) {
    UpdateSettings update;
    update.learning_rate = update.momentum = update.weight_decay = 0.125f;
    update.l1 = update.l2 = update.group_lasso = 0.125f;
    update.max_norm = 1.5f;
    setting.value(update) = 0.5f;
    const UpdateSettings set = update;
    update.max_norm_schedule = {.kind = ScheduleKind::linear, .end = 1.5};  // moves, to where it is
    update.*setting.schedule = {.kind = ScheduleKind::linear, .from = {5.0}, .end = 0.25};

    SmallPlan scheduled(set);
    SmallPlan by_hand(set);
    SmallPlan constant(set);
    ScheduledUpdates updates({set, update}, kRun);
    for (std::uint64_t step = 0; step < 60; ++step) {
      const double t = static_cast<double>(step) - 5.0;
      UpdateSettings expected = set;
      setting.value(expected) = step < 5 ? setting.off : static_cast<float>(0.5 - 0.25 * t / 55.0);
      by_hand.plan.set_hyperparameters(1, hyperparameters_of(expected));
      updates.move_to(step, scheduled.plan, nullptr);
      scheduled.plan.step();
      by_hand.plan.step();
      constant.plan.step();
      ASSERT_EQ(scheduled.weights, by_hand.weights) << setting.name << " at step " << step;
    }
    EXPECT_NE(scheduled.weights, constant.weights) << setting.name;
  }
}

/// The complaint about settings, of a run of six epochs of ten steps.
std::string complaint(const std::string& schedule, const std::vector<std::string>& layers = {}) {
  Settings settings;
  settings.data = "digits";
  settings.batch = 10;
  settings.epochs = 6;
  settings.update.l1 = 1e-3f;
  assign(settings, "l1_schedule", schedule);
  for (const std::string& own : layers) read_layer_override(settings, own);
  resolve(settings);
  return setting_error([&] { check_schedules_begin(settings, length_of_run(settings, 95)); });
}

const std::string kNever = " is never reached: the run ends after 60 steps (10 an epoch)";

TEST(LengthOfRun, IsInSteps) {
  Settings settings;
  settings.epochs = 7;
  for (const auto& [batch, steps] : {std::pair{0, 1}, {1, 95}, {10, 10}, {95, 1}, {200, 1}}) {
    settings.batch = batch;
    EXPECT_EQ(length_of_run(settings, 95).steps_per_epoch, steps) << batch;
    EXPECT_EQ(length_of_run(settings, 95).steps(), 7 * steps) << batch;
  }
}

TEST(Schedule, MustBeginWithinItsRun) {
  EXPECT_EQ(complaint("from=59"), "nothing was refused");
  EXPECT_EQ(complaint("from=60"), "l1_schedule: from=60" + kNever);
  EXPECT_EQ(complaint("linear:from=50000"), "l1_schedule: from=50000" + kNever);
  EXPECT_EQ(complaint("from=5.9ep"), "nothing was refused");
  EXPECT_EQ(complaint("from=6ep"), "l1_schedule: from=6ep (step 60)" + kNever);
  EXPECT_EQ(complaint("from=99%"), "nothing was refused");
  EXPECT_EQ(complaint("from=100%,warmup=5"), "l1_schedule: from=100% (step 60)" + kNever);
}

TEST(Schedule, MustBeginInEveryLayer) {
  EXPECT_EQ(complaint("constant", {"1:l1-schedule=from=59"}), "nothing was refused");
  EXPECT_EQ(complaint("constant", {"1:l1-schedule=from=60"}),
            "layer: 1:l1_schedule: from=60" + kNever);
  EXPECT_EQ(complaint("constant", {"1:max_norm=1", "1:max-norm-schedule=from=7ep"}),
            "layer: 1:max_norm_schedule: from=7ep (step 70)" + kNever);
  EXPECT_EQ(complaint("from=60", {"0:l1_schedule=from=6"}), "l1_schedule: from=60" + kNever);
}

}  // namespace
}  // namespace curb::train

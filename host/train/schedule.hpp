// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// How a hyper-parameter changes in the course of a run.
//
// A schedule is a pure function of the step and of the run's length: it has no state, so that a run
// that goes on from a checkpoint needs nothing to go on with it. With the value v that was set, and
// counting a run's updates from s = 0:
//
//   s < from:             off (0; for a radius, infinity)
//   during warmup:        start + (v - start) k / warmup at its step k = 1, 2, ..., so that its
//   last
//                         step has v
//   then, at t = 0, 1, ... steps after that:
//     constant            v
//     step                v factor^floor(t / every)
//     exponential         v factor^(t / every)
//     linear              v + (end - v) min(t / over, 1)
//     cosine              end + (v - end) (1 + cos(pi min(t / over, 1))) / 2
//     inverse             v / (1 + t / every)
//
// Spans of training are rounded to whole steps.
#pragma once

#include <cstdint>
#include <optional>

namespace curb::train {

enum class ScheduleKind : std::uint8_t { constant, step, exponential, linear, cosine, inverse };

enum class SpanUnit : std::uint8_t { steps, epochs, percent };

/// A span of training.
struct Span {
  double amount = 0.0;
  SpanUnit unit = SpanUnit::steps;
};

struct Schedule {
  ScheduleKind kind = ScheduleKind::constant;
  Span from{};
  Span warmup{};
  std::optional<double> start{};   ///< of the warm-up; absent: 0
  std::optional<Span> every{};     ///< > 0: step, exponential, inverse
  std::optional<double> factor{};  ///< in (0, 1): step, exponential
  std::optional<double> end{};     ///< linear, cosine; absent: 0
  std::optional<Span> over{};      ///< linear, cosine; absent: what remains of the run

  bool is_constant() const {
    return kind == ScheduleKind::constant && from.amount == 0.0 && warmup.amount == 0.0;
  }
};

/// The largest value that the schedule can take, of a value that was set, while it is not off.
double largest(const Schedule& schedule, double value);

/// Whether its values depend on how many epochs the run has.
bool depends_on_epochs(const Schedule& schedule);

/// How long a run is.
struct RunLength {
  std::int64_t steps_per_epoch = 0;
  std::int64_t epochs = 0;

  std::int64_t steps() const { return steps_per_epoch * epochs; }
};

/// The step, counted from 0, until which the schedule is off.
double first_step(const Schedule& schedule, const RunLength& length);

/// A schedule of one value in one run.
class Curve {
 public:
  Curve(const Schedule& schedule, double value, double off, const RunLength& length);

  /// The value in the update after `step` others.
  double at(std::uint64_t step) const;

 private:
  ScheduleKind kind_;
  double value_;
  double off_;
  double start_;
  double factor_;
  double end_;
  double from_;  // this and the rest in steps
  double warmup_;
  double every_;
  double over_;
};

}  // namespace curb::train

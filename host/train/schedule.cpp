// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The values of a schedule.
#include "host/train/schedule.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace curb::train {
namespace {

/// Whole steps: 10% of a run may be a hair more than it should, in binary.
double in_steps(const Span& span, const RunLength& length) {
  const auto epoch = static_cast<double>(length.steps_per_epoch);
  switch (span.unit) {
    case SpanUnit::epochs:
      return std::round(span.amount * epoch);
    case SpanUnit::percent:
      return std::round(span.amount / 100.0 * epoch * static_cast<double>(length.epochs));
    case SpanUnit::steps:
      break;
  }
  return std::round(span.amount);
}

/// How much of a way of `length` steps lies behind after `steps`, in [0, 1].
double progress(double steps, double length) { return steps < length ? steps / length : 1.0; }

}  // namespace

double largest(const Schedule& schedule, double value) {
  return std::max({value, schedule.start.value_or(0.0), schedule.end.value_or(0.0)});
}

bool depends_on_epochs(const Schedule& schedule) {
  const auto is_share = [](const Span& span) { return span.unit == SpanUnit::percent; };
  const bool ends_with_run =
      (schedule.kind == ScheduleKind::linear || schedule.kind == ScheduleKind::cosine) &&
      !schedule.over;
  return ends_with_run || is_share(schedule.from) || is_share(schedule.warmup) ||
         is_share(schedule.every.value_or(Span{})) || is_share(schedule.over.value_or(Span{}));
}

double first_step(const Schedule& schedule, const RunLength& length) {
  return in_steps(schedule.from, length);
}

Curve::Curve(const Schedule& schedule, double value, double off, const RunLength& length)
    : kind_(schedule.kind),
      value_(value),
      off_(off),
      start_(schedule.start.value_or(0.0)),
      factor_(schedule.factor.value_or(1.0)),
      end_(schedule.end.value_or(0.0)),
      from_(first_step(schedule, length)),
      warmup_(in_steps(schedule.warmup, length)),
      every_(std::max(in_steps(schedule.every.value_or(Span{}), length), 1.0)),
      over_(schedule.over ? in_steps(*schedule.over, length)
                          : in_steps({100.0, SpanUnit::percent}, length) - from_ - warmup_) {}

double Curve::at(std::uint64_t step) const {
  const double since = static_cast<double>(step) - from_;
  if (since < 0.0) return off_;
  if (since + 1.0 < warmup_) return start_ + (value_ - start_) * (since + 1.0) / warmup_;
  const double t = std::max(since - warmup_, 0.0);
  switch (kind_) {
    case ScheduleKind::step:
      return value_ * std::pow(factor_, std::floor(t / every_));
    case ScheduleKind::exponential:
      return value_ * std::pow(factor_, t / every_);
    case ScheduleKind::linear:
      return value_ + (end_ - value_) * progress(t, over_);
    case ScheduleKind::cosine:
      return end_ + (value_ - end_) * 0.5 * (1.0 + std::cos(std::numbers::pi * progress(t, over_)));
    case ScheduleKind::inverse:
      return value_ / (1.0 + t / every_);
    case ScheduleKind::constant:
      break;
  }
  return value_;
}

}  // namespace curb::train

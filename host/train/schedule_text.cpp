// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Schedules from text and back.
#include "host/train/schedule_text.hpp"

#include <algorithm>
#include <optional>
#include <string_view>
#include <vector>

#include "host/data/message.hpp"
#include "host/data/number.hpp"
#include "host/train/names.hpp"
#include "host/train/toml.hpp"

namespace curb::train {
namespace {

using data::in_quotes;
using makers::Range;

/// The keys that a kind has beside those that all have; the first `needed` must be given.
struct Keys {
  std::vector<std::string> names;
  std::size_t needed = 0;
};

Keys keys_of(ScheduleKind kind) {
  switch (kind) {
    case ScheduleKind::step:
    case ScheduleKind::exponential:
      return {{"every", "factor"}, 2};
    case ScheduleKind::inverse:
      return {{"every"}, 1};
    case ScheduleKind::linear:
    case ScheduleKind::cosine:
      return {{"end", "over"}};
    case ScheduleKind::constant:
      break;
  }
  return {};
}

bool contains(const std::vector<std::string>& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

/// Reads the parts of one schedule, KEY=VALUE each.
class PartReader {
 public:
  PartReader(const std::string& setting, const Range& range, ScheduleKind kind)
      : setting_(setting), range_(range), keys_(keys_of(kind)) {
    schedule_.kind = kind;
  }

  void read(const std::string& part) {
    const std::size_t equals = part.find('=');
    if (equals == std::string::npos) refuse("a part is KEY=VALUE, not " + in_quotes(part));
    const std::string key = part.substr(0, equals);
    const std::string value = part.substr(equals + 1);
    if (contains(given_, key)) refuse(in_quotes(key) + " is given twice");
    given_.push_back(key);
    assign(key, value);
  }

  /// After the last part.
  const Schedule& finish() const {
    for (std::size_t i = 0; i < keys_.needed; ++i) {
      if (!contains(given_, keys_.names[i])) refuse(kind() + " needs " + keys_.names[i] + "=...");
    }
    const bool ramps = schedule_.warmup.amount > 0.0;
    if (schedule_.start && !ramps) refuse("start is where a warm-up begins: give warmup=... too");
    if (range_.holds(0.0)) return schedule_;
    if (ramps && !schedule_.start) refuse("warmup needs start=..., since 0 cannot be its start");
    if (contains(keys_.names, "end") && !schedule_.end) {
      refuse(kind() + " needs end=..., since 0 cannot be its end");
    }
    return schedule_;
  }

 private:
  [[noreturn]] void refuse(const std::string& why) const { throw SettingError(setting_, why); }
  std::string kind() const { return std::string(name_of(kScheduleKinds, schedule_.kind)); }

  void assign(const std::string& key, const std::string& value) {
    std::vector<std::string> known = keys_.names;
    known.insert(known.end(), {"from", "warmup", "start"});
    if (!contains(known, key)) {
      refuse(kind() + " has no " + in_quotes(key) + data::did_you_mean(key, known));
    }
    if (key == "from") schedule_.from = span(key, value);
    if (key == "warmup") schedule_.warmup = span(key, value);
    if (key == "start") schedule_.start = number(key, range_, value);
    if (key == "every") schedule_.every = span(key, value);
    if (key == "factor") schedule_.factor = number(key, kShrinking, value);
    if (key == "end") schedule_.end = number(key, range_, value);
    if (key == "over") schedule_.over = span(key, value);
  }

  double number(const std::string& key, const Range& range, const std::string& text) const {
    const std::optional<double> value = data::parse_number(text);
    if (!value || !range.holds(*value)) {
      refuse(key + " must be " + range.words + ", not " + in_quotes(text));
    }
    return *value;
  }

  /// A positive one, or 0 for what may be absent.
  Span span(const std::string& key, const std::string& text) const {
    std::string_view amount = text;
    Span result;
    if (amount.ends_with("ep")) {
      result.unit = SpanUnit::epochs;
      amount.remove_suffix(2);
    } else if (amount.ends_with('%')) {
      result.unit = SpanUnit::percent;
      amount.remove_suffix(1);
    }
    const std::optional<double> value =
        result.unit == SpanUnit::steps ? whole(amount) : data::parse_number(amount);
    const bool may_be_zero = key == "from" || key == "warmup";
    if (!value || !(*value <= kLongest) || *value < 0.0 || (*value == 0.0 && !may_be_zero)) {
      refuse(key +
             " must be a number of steps (500), of epochs (5ep) or a share of the run (10%), "
             "not " +
             in_quotes(text));
    }
    result.amount = *value;
    return result;
  }

  static std::optional<double> whole(std::string_view text) {
    const auto value = data::parse_whole_number(text);
    return value ? std::make_optional(static_cast<double>(*value)) : std::nullopt;
  }

  static constexpr double kLongest = 1e15;
  static constexpr Range kShrinking{"a number between 0 and 1",
                                    [](double x) { return x > 0.0 && x < 1.0; }};

  const std::string& setting_;
  const Range& range_;
  Keys keys_;
  Schedule schedule_;
  std::vector<std::string> given_;
};

}  // namespace

Schedule parse_schedule(const std::string& setting, const makers::Range& range,
                        const std::string& text) {
  const std::size_t colon = text.find(':');
  const bool has_kind = colon != std::string::npos || text.find('=') == std::string::npos;
  const std::string kind = has_kind ? text.substr(0, colon) : "constant";
  const Named<ScheduleKind>* const found = find_named(kScheduleKinds, kind);
  if (found == nullptr) {
    throw SettingError(setting, "there is no schedule " + in_quotes(kind) +
                                    data::did_you_mean(kind, names_in(kScheduleKinds)) +
                                    " (constant, step, exponential, linear, cosine, inverse)");
  }
  PartReader reader(setting, range, found->value);
  const std::string parts = !has_kind                    ? text
                            : colon == std::string::npos ? ""
                                                         : text.substr(colon + 1);
  for (const std::string& part : makers::split(parts)) reader.read(part);
  return reader.finish();
}

std::string to_text(const Span& span) {
  const std::string amount = toml::value(span.amount);
  switch (span.unit) {
    case SpanUnit::epochs:
      return amount + "ep";
    case SpanUnit::percent:
      return amount + "%";
    case SpanUnit::steps:
      break;
  }
  return amount;
}

std::string to_text(const Schedule& schedule) {
  std::string parts;
  const auto add = [&parts](const char* key, const std::string& value) {
    parts.append(parts.empty() ? "" : ",").append(key).append("=").append(value);
  };
  if (schedule.every) add("every", to_text(*schedule.every));
  if (schedule.factor) add("factor", toml::value(*schedule.factor));
  if (schedule.end) add("end", toml::value(*schedule.end));
  if (schedule.over) add("over", to_text(*schedule.over));
  if (schedule.from.amount > 0.0) add("from", to_text(schedule.from));
  if (schedule.warmup.amount > 0.0) add("warmup", to_text(schedule.warmup));
  if (schedule.start) add("start", toml::value(*schedule.start));
  const std::string kind(name_of(kScheduleKinds, schedule.kind));
  if (schedule.kind == ScheduleKind::constant && !parts.empty()) return parts;
  return parts.empty() ? kind : kind + ":" + parts;
}

}  // namespace curb::train

// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
#include "tests/cases/case.hpp"

#include <array>
#include <cstddef>
#include <random>

#include "tests/rules/optimizer_kinds.hpp"

namespace curb::testing {
namespace {

/// One setting of a case: its values, in the order of their numbers, and how it is set to one.
struct Setting {
  int values;
  void (*set)(Case&, int);
};

constexpr std::array kSettings = {
    Setting{6, [](Case& c, int i) { c.optimizer = static_cast<OptimizerKind>(i); }},
    Setting{3, [](Case& c, int i) { c.l1 = static_cast<rules::L1Mode>(i); }},
    Setting{2, [](Case& c, int i) { c.l2 = static_cast<rules::L2Mode>(i); }},
    Setting{2, [](Case& c, int i) { c.weight_decay = i != 0; }},
    Setting{2, [](Case& c, int i) { c.non_negative = i != 0; }},
    Setting{2, [](Case& c, int i) { c.masked = i != 0; }},
    Setting{6, [](Case& c, int i) { c.rows = static_cast<RowStages>(i); }},
    Setting{2, [](Case& c, int i) { c.max_norm = static_cast<rules::MaxNormMode>(i); }},
    Setting{2, [](Case& c, int i) { c.incoming = static_cast<Incoming>(i); }},
    Setting{4, [](Case& c, int i) { c.storage = static_cast<Storage>(i); }},
    Setting{3, [](Case& c, int i) { c.gradient = static_cast<DataType>(i); }},
    Setting{3, [](Case& c, int i) { c.state = static_cast<DataType>(i); }},
    Setting{2, [](Case& c, int i) { c.average = i != 0; }},
    Setting{2, [](Case& c, int i) { c.zero_gradients = i != 0; }},
    Setting{3, [](Case& c, int i) { c.guard = static_cast<Guard>(i); }}};

using Values = std::array<int, kSettings.size()>;

Case case_of(const Values& values) {
  Case c;
  for (std::size_t s = 0; s < kSettings.size(); ++s) kSettings[s].set(c, values[s]);
  return c;
}

/// The next point of the product; false after the last.
bool advance(Values& values) {
  for (std::size_t s = kSettings.size(); s-- > 0;) {
    if (++values[s] < kSettings[s].values) return true;
    values[s] = 0;
  }
  return false;
}

bool has_max_norm(RowStages rows) {
  return rows == RowStages::max_norm || rows == RowStages::group_and_max_norm ||
         rows == RowStages::crossing;
}

/// Whether each setting means something in this case, or has its first value.
bool is_canonical(const Case& c) {
  const bool exact_differs = has_max_norm(c.rows) && rules::has_metric(c.optimizer);
  if (c.max_norm == rules::MaxNormMode::exact && !exact_differs) return false;
  return c.incoming == Incoming::row || c.rows != RowStages::none;
}

const std::vector<Values>& supported_values() {
  static const std::vector<Values> all = [] {
    std::vector<Values> result;
    Values values{};
    do {
      const Case c = case_of(values);
      if (is_canonical(c) && is_supported(c)) result.push_back(values);
    } while (advance(values));
    return result;
  }();
  return all;
}

/// The pairs of values of different settings, numbered.
class Pairs {
 public:
  Pairs() : met_(kMaxValues * kSettings.size() * kMaxValues * kSettings.size(), false) {}

  int count_new(const Values& values) const {
    int count = 0;
    for_each(values, [&](std::size_t pair) { count += met_[pair] ? 0 : 1; });
    return count;
  }
  void add(const Values& values) {
    for_each(values, [&](std::size_t pair) { met_[pair] = true; });
  }

 private:
  static constexpr std::size_t kMaxValues = 6;

  template <class Visit>
  static void for_each(const Values& values, const Visit& visit) {
    for (std::size_t a = 0; a < values.size(); ++a) {
      for (std::size_t b = a + 1; b < values.size(); ++b) {
        const std::size_t first = a * kMaxValues + static_cast<std::size_t>(values[a]);
        const std::size_t second = b * kMaxValues + static_cast<std::size_t>(values[b]);
        visit(first * kMaxValues * kSettings.size() + second);
      }
    }
  }

  std::vector<bool> met_;
};

std::string join(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

}  // namespace

std::string name_of(const Case& c) {
  constexpr std::array kL1 = {"prox", "sign", "cumulative"};
  constexpr std::array kL2 = {"coupled", "prox"};
  constexpr std::array kRows = {"",
                                "group",
                                "max-norm",
                                "group and max-norm",
                                "group over outgoing",
                                "group over outgoing and max-norm"};
  constexpr std::array kStorage = {"float32", "bfloat16 + master", "bfloat16 + remainder",
                                   "bfloat16 stochastic"};
  constexpr std::array kTypes = {"float32", "bfloat16", "float16"};
  constexpr std::array kGuards = {"", "clip", "skip"};
  const auto text = [](const auto& names, auto value) -> std::string {
    return names[static_cast<std::size_t>(value)];
  };
  std::vector<std::string> words = {name_of(c.optimizer), "l1 " + text(kL1, c.l1),
                                    "l2 " + text(kL2, c.l2)};
  if (c.weight_decay) words.push_back("weight decay");
  if (c.non_negative) words.push_back("non-negative");
  if (c.masked) words.push_back("mask");
  if (c.rows != RowStages::none) words.push_back(text(kRows, c.rows));
  if (c.max_norm == rules::MaxNormMode::exact) words.push_back("exact");
  if (c.incoming == Incoming::column) words.push_back("incoming column");
  words.push_back(text(kStorage, c.storage));
  words.push_back("gradient " + text(kTypes, c.gradient));
  if (c.state != DataType::float32) words.push_back("state " + text(kTypes, c.state));
  if (c.average) words.push_back("average");
  if (c.zero_gradients) words.push_back("zeroed");
  if (c.guard != Guard::none) words.push_back(text(kGuards, c.guard));
  return join(words);
}

bool is_supported(const Case& c) {
  const bool has_velocity =
      c.optimizer == OptimizerKind::momentum || c.optimizer == OptimizerKind::nesterov;
  if (c.l1 == rules::L1Mode::cumulative && c.optimizer != OptimizerKind::sgd) return false;
  if (c.rows == RowStages::crossing) return false;
  return c.state == DataType::float32 || (c.state == DataType::bfloat16 && has_velocity);
}

std::vector<Case> all_cases() {
  std::vector<Case> cases;
  for (const Values& values : supported_values()) cases.push_back(case_of(values));
  return cases;
}

std::vector<Case> covering_cases() {
  const std::vector<Values>& all = supported_values();
  std::mt19937 random(1);
  std::vector<Case> chosen;
  Pairs pairs;
  // The best of a few at random, and when those bring nothing new, the first that does.
  for (;;) {
    const Values* best = nullptr;
    int most = 0;
    const auto consider = [&](const Values& values) {
      const int count = pairs.count_new(values);
      if (count <= most) return;
      best = &values;
      most = count;
    };
    for (int i = 0; i < 500; ++i) consider(all[random() % all.size()]);
    for (std::size_t i = 0; i < all.size() && best == nullptr; ++i) consider(all[i]);
    if (best == nullptr) return chosen;
    pairs.add(*best);
    chosen.push_back(case_of(*best));
  }
}

Group group_of(const Case& c) {
  Group group;
  group.name = "group";
  group.modes = {c.optimizer, c.l1, c.l2, c.max_norm, c.non_negative};
  Hyperparameters& h = group.hyperparameters;
  h.learning_rate = 0.05f;
  h.l1 = 0.3f;
  h.l2 = 0.05f;
  h.weight_decay = c.weight_decay ? 0.5f : 0.0f;
  h.gradient_scale = 0.75f;
  h.ema_decay = 0.9f;
  const bool has_group = c.rows != RowStages::none && c.rows != RowStages::max_norm;
  if (has_group) h.group_lasso = 0.5f;
  if (has_max_norm(c.rows)) h.max_norm = 1.5f;
  if (c.rows == RowStages::outgoing_group || c.rows == RowStages::crossing) {
    group.group_lasso_over = GroupLassoOver::outgoing;
  }
  return group;
}

PlanOptions options_of(const Case& c) {
  PlanOptions options;
  if (c.guard == Guard::clip) options.clip_norm = 10.0f;
  options.skip_non_finite = c.guard == Guard::skip;
  options.zero_gradients = c.zero_gradients;
  options.seed = 11;
  return options;
}

}  // namespace curb::testing

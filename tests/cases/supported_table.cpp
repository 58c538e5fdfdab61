// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
#include "tests/cases/supported_table.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <utility>
#include <vector>

#include "tests/cases/case_problem.hpp"
#include "tests/rules/optimizer_kinds.hpp"

namespace curb::testing {
namespace {

using Change = std::function<void(Case&)>;

/// Reasons, each with the number of its footnote.
class Reasons {
 public:
  std::string cell(const Case& c) {
    const std::string reason = refusal(c);
    if (reason.empty()) return "yes";
    const auto known = std::find(reasons_.begin(), reasons_.end(), reason);
    const auto number = known - reasons_.begin() + 1;
    if (known == reasons_.end()) reasons_.push_back(reason);
    return "no (" + std::to_string(number) + ")";
  }

  std::string text() const {
    std::string result;
    for (std::size_t i = 0; i < reasons_.size(); ++i) {
      result += std::to_string(i + 1) + ". " + reasons_[i] + ".\n";
    }
    return result;
  }

 private:
  std::vector<std::string> reasons_;
};

std::string table_row(const std::vector<std::string>& cells) {
  std::string row = "|";
  for (const std::string& cell : cells) row += " " + cell + " |";
  return row + "\n";
}

std::vector<std::pair<std::string, Change>> features() {
  const auto rows = [](RowStages stages, rules::MaxNormMode mode = rules::MaxNormMode::radial) {
    return [stages, mode](Case& c) {
      c.rows = stages;
      c.max_norm = mode;
    };
  };
  return {{"L1 proximal", [](Case& c) { c.l1 = rules::L1Mode::prox; }},
          {"L1 by sign", [](Case& c) { c.l1 = rules::L1Mode::sign; }},
          {"L1 cumulative", [](Case& c) { c.l1 = rules::L1Mode::cumulative; }},
          {"L2 coupled", [](Case& c) { c.l2 = rules::L2Mode::coupled; }},
          {"L2 proximal", [](Case& c) { c.l2 = rules::L2Mode::prox; }},
          {"decoupled weight decay", [](Case& c) { c.weight_decay = true; }},
          {"non-negative weights", [](Case& c) { c.non_negative = true; }},
          {"mask", [](Case& c) { c.masked = true; }},
          {"group lasso over incoming weights", rows(RowStages::group)},
          {"group lasso over outgoing weights", rows(RowStages::outgoing_group)},
          {"max-norm, radial", rows(RowStages::max_norm)},
          {"max-norm, exact", rows(RowStages::max_norm, rules::MaxNormMode::exact)},
          {"group lasso over incoming weights and max-norm", rows(RowStages::group_and_max_norm)},
          {"group lasso over outgoing weights and max-norm", rows(RowStages::crossing)},
          {"first state in bfloat16", [](Case& c) { c.state = DataType::bfloat16; }},
          {"first state in float16", [](Case& c) { c.state = DataType::float16; }},
          {"moving average of the weights", [](Case& c) { c.average = true; }},
          {"gradients zeroed", [](Case& c) { c.zero_gradients = true; }},
          {"clipping by the global norm", [](Case& c) { c.guard = Guard::clip; }},
          {"steps that are not finite skipped", [](Case& c) { c.guard = Guard::skip; }}};
}

std::string feature_table(Reasons& reasons) {
  std::vector<std::string> header = {""};
  for (const OptimizerKind kind : kAllOptimizers) header.push_back(name_of(kind));
  std::string table = table_row(header);
  table += table_row(std::vector<std::string>(header.size(), "---"));
  for (const auto& [name, change] : features()) {
    std::vector<std::string> cells = {name};
    for (const OptimizerKind kind : kAllOptimizers) {
      Case c;
      c.optimizer = kind;
      change(c);
      const bool stateless = state_count(group_of(c).modes) == 0;
      cells.push_back(stateless && c.state != DataType::float32 ? "no state" : reasons.cell(c));
    }
    table += table_row(cells);
  }
  return table;
}

std::string storage_table(Reasons& reasons) {
  const std::array<const char*, 4> names = {"float32", "bfloat16 and an fp32 master",
                                            "bfloat16 and a 16-bit remainder",
                                            "bfloat16, rounded stochastically"};
  std::string table =
      table_row({"weights", "gradient float32", "gradient bfloat16", "gradient float16"});
  table += table_row(std::vector<std::string>(4, "---"));
  for (int storage = 0; storage < 4; ++storage) {
    std::vector<std::string> cells = {names[static_cast<std::size_t>(storage)]};
    for (const DataType gradient : {DataType::float32, DataType::bfloat16, DataType::float16}) {
      Case c;
      c.storage = static_cast<Storage>(storage);
      c.gradient = gradient;
      cells.push_back(reasons.cell(c));
    }
    table += table_row(cells);
  }
  return table;
}

}  // namespace

std::string refusal(const Case& c) {
  const CaseProblem problem(c);
  TensorArrays arrays = problem.arrays();
  Tensor tensor = problem.tensor();
  attach([&](TensorArrays::Name name) { return arrays[name].data(); }, tensor);
  try {
    Plan(Device::cpu(1), {group_of(c)}, {tensor}, options_of(c));
  } catch (const Error& error) {
    const std::string text = error.what();
    return text.substr(text.find(": ") + 2);
  }
  return {};
}

std::string supported_table() {
  Reasons reasons;
  std::string text =
      "<!-- Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0 -->\n"
      "<!-- Made by tests/cases/supported_table_test.cpp, which fails when this file differs. -->\n"
      "# What curb supports\n\n"
      "By optimiser, of fp32 tensors; a number leads to the reason below:\n\n";
  text += feature_table(reasons);
  text += "\nBy storage, under every optimiser:\n\n";
  text += storage_table(reasons);
  text +=
      "\nEverything that is supported may be combined, but for what the reasons below exclude, and "
      "but for vectors under group lasso or max-norm that are too long for stochastic rounding "
      "(rows of more than 8192 elements, columns of more than 512). That makes " +
      std::to_string(all_cases().size()) +
      " cases. Each is run on the host executor against the double reference (`tests/reference`), "
      "and a set that covers every pair of settings on the CUDA executor, emulated or on a GPU, "
      "against the host, bit for bit.\n\n";
  return text + reasons.text();
}

}  // namespace curb::testing

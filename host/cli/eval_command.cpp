// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// curb eval: how good a model is on data whose targets are known.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "host/cli/command.hpp"
#include "host/cli/console.hpp"
#include "host/cli/model_use.hpp"
#include "host/cli/summary.hpp"
#include "host/train/committee.hpp"

namespace curb::cli {
namespace {

struct Arguments {
  explicit Arguments(CLI::App& command) : model(command) {}
  ModelArguments model;
  bool json = false;
};

void print_text(const std::string& data, std::int64_t rows, const train::Evaluation& result,
                const std::vector<train::Evaluation>& members) {
  std::string text;
  for (std::size_t m = 0; m < members.size(); ++m) {
    text += fmt::format("member {}: {}\n", m, to_text(members[m]));
  }
  print(text + fmt::format("{}: {} rows, {}\n", data, rows, to_text(result)));
}

nlohmann::ordered_json to_json(const train::Evaluation& result) {
  nlohmann::ordered_json json{{"loss", result.loss}};
  if (result.accuracy) json["accuracy"] = *result.accuracy;
  return json;
}

void print_json(const std::string& data, std::int64_t rows, const train::Evaluation& result,
                const std::vector<train::Evaluation>& members) {
  nlohmann::ordered_json json{{"data", data}, {"rows", rows}};
  json.update(to_json(result));
  for (const train::Evaluation& member : members) json["members"].push_back(to_json(member));
  print(json.dump(2) + "\n");
}

int run(const Arguments& arguments) {
  ModelUse use(arguments.model, data::Targets::required);
  std::vector<train::Evaluation> members;  // none unless there are several
  if (use.members().size() > 1) {
    for (const train::Model& member : use.members()) {
      members.push_back(train::evaluate(use.backend(), {&member, 1}, use.rows()));
    }
  }
  const train::Evaluation result = train::evaluate(use.backend(), use.members(), use.rows());
  (arguments.json ? print_json : print_text)(arguments.model.data, use.rows().rows(), result,
                                             members);
  return kSuccess;
}

}  // namespace

Command add_eval(CLI::App& program) {
  CLI::App* const command =
      program.add_subcommand("eval", "Loss and accuracy of a model on a table of data");
  const auto arguments = std::make_shared<Arguments>(*command);
  command->add_flag("--json", arguments->json, "the results as JSON");
  return {command, [arguments] { return run(*arguments); }};
}

}  // namespace curb::cli

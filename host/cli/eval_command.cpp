// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// curb eval: how good a model is on data whose targets are known.
#include <fmt/core.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "host/cli/command.hpp"
#include "host/cli/console.hpp"
#include "host/cli/model_use.hpp"
#include "host/cli/summary.hpp"
#include "host/train/passes.hpp"

namespace curb::cli {
namespace {

struct Arguments {
  explicit Arguments(CLI::App& command) : model(command) {}
  ModelArguments model;
  bool json = false;
};

int run(const Arguments& arguments) {
  ModelUse use(arguments.model, data::Targets::required);
  const train::Evaluation result = train::evaluate(use.backend(), use.network(), use.rows());
  if (arguments.json) {
    nlohmann::ordered_json json{{"data", arguments.model.data}, {"rows", use.rows().rows()}};
    json["loss"] = result.loss;
    if (result.accuracy) json["accuracy"] = *result.accuracy;
    print(json.dump(2) + "\n");
  } else {
    print(
        fmt::format("{}: {} rows, {}\n", arguments.model.data, use.rows().rows(), to_text(result)));
  }
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

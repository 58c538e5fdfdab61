// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// curb predict: a model's answers for new rows.
#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "host/cli/command.hpp"
#include "host/cli/console.hpp"
#include "host/cli/model_use.hpp"
#include "host/cli/predictions.hpp"
#include "host/data/error.hpp"
#include "host/train/committee.hpp"

namespace curb::cli {
namespace {

struct Arguments {
  explicit Arguments(CLI::App& command) : model(command) {}
  ModelArguments model;
  std::string out;
};

/// Not by way of a temporary file: a pipe or a device must stay what it is.
void write_file(const std::string& path, const std::string& text) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "w"),
                                                             std::fclose);
  if (!file || std::fwrite(text.data(), 1, text.size(), file.get()) != text.size() ||
      std::fflush(file.get()) != 0) {
    throw data::DataError(path + ": cannot write: " + std::strerror(errno));
  }
}

int run(const Arguments& arguments) {
  ModelUse use(arguments.model, data::Targets::ignored);
  const std::string table = predictions_csv(
      use.members().front(), train::predict(use.backend(), use.members(), use.rows()));
  if (arguments.out.empty()) {
    print(table);
  } else {
    write_file(arguments.out, table);
  }
  return kSuccess;
}

}  // namespace

Command add_predict(CLI::App& program) {
  CLI::App* const command =
      program.add_subcommand("predict", "Predictions of a model for the rows of a table, as CSV");
  const auto arguments = std::make_shared<Arguments>(*command);
  command->add_option("--out", arguments->out, "a file for the predictions; default: stdout")
      ->type_name("FILE");
  return {command, [arguments] { return run(*arguments); }};
}

}  // namespace curb::cli

// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// curb train: data in, a model and its metrics out.
#include <fmt/core.h>

#include <atomic>
#include <csignal>
#include <memory>
#include <optional>

#include "host/cli/command.hpp"
#include "host/cli/console.hpp"
#include "host/cli/progress.hpp"
#include "host/cli/setting_flags.hpp"
#include "host/cli/summary.hpp"
#include "host/train/run_folder.hpp"
#include "host/train/trainer.hpp"

namespace curb::cli {
namespace {

std::atomic<bool> interrupted = false;
static_assert(std::atomic<bool>::is_always_lock_free, "or a signal handler may not touch it");

/// The first Ctrl-C ends the run in good order; a second one ends the program at once.
void on_interrupt(int) {
  interrupted = true;
  std::signal(SIGINT, SIG_DFL);
}

struct Arguments {
  explicit Arguments(CLI::App& command) : settings(command) {}
  SettingFlags settings;
  std::string out;
  bool quiet = false;
  bool json = false;
};

ExitCode exit_code(const train::Outcome& outcome) {
  switch (outcome.ending) {
    case train::Ending::diverged:
      return kDiverged;
    case train::Ending::interrupted:
      return kInterrupted;
    case train::Ending::all_epochs:
    case train::Ending::patience:
    case train::Ending::tolerance:
      break;
  }
  return kSuccess;
}

void explain_divergence(const train::Outcome& outcome, bool was_saved) {
  print_note(red("curb: ") +
             fmt::format("diverged in epoch {}: the loss or a weight is no longer finite; the "
                         "weights of epoch {} are {}. Try a smaller --learning-rate, or --max-norm",
                         outcome.epochs, outcome.kept_epoch,
                         was_saved ? "kept" : "the last good ones"));
}

int run(const Arguments& arguments) {
  const train::Settings settings = arguments.settings.read();
  const data::DataSets data = data::open_data(settings.data, settings.data_options);
  const std::unique_ptr<backend::Backend> backend = open_device(settings.device, arguments.quiet);
  std::optional<train::RunFolder> folder;
  if (!arguments.out.empty()) folder.emplace(arguments.out, settings);

  Progress progress(settings.epochs, stderr_is_terminal() && !arguments.quiet);
  const train::Observer observer{
      .on_step = [&](const train::Position& position) { progress.step(position); },
      .on_report =
          [&](const train::EpochMetrics& metrics) {
            progress.report(metrics);
            if (folder) folder->append(metrics);
          },
      .interrupted = &interrupted};
  std::signal(SIGINT, on_interrupt);
  const train::Outcome outcome = train::train(settings, data, *backend, observer);
  progress.erase();

  if (folder) folder->save(outcome.model);
  print(arguments.json ? summary_json(settings, data, outcome, arguments.out).dump(2) + "\n"
                       : summary(settings, data, outcome, arguments.out));
  if (outcome.ending == train::Ending::diverged) {
    explain_divergence(outcome, folder.has_value());
  }
  return exit_code(outcome);
}

}  // namespace

Command add_train(CLI::App& program) {
  CLI::App* const command = program.add_subcommand("train", "Train a network on a table of data");
  const auto arguments = std::make_shared<Arguments>(*command);
  command
      ->add_option("--out", arguments->out,
                   "a new folder for config.toml, metrics.jsonl and model.safetensors")
      ->type_name("FOLDER");
  command->add_flag("--quiet", arguments->quiet, "nothing on stderr but errors");
  command->add_flag("--json", arguments->json, "the results as JSON");
  return {command, [arguments] { return run(*arguments); }};
}

}  // namespace curb::cli

// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// curb train: data in, a model and its metrics out.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "host/cli/command.hpp"
#include "host/cli/console.hpp"
#include "host/cli/interrupt.hpp"
#include "host/cli/progress.hpp"
#include "host/cli/setting_flags.hpp"
#include "host/cli/summary.hpp"
#include "host/train/checkpoint_file.hpp"
#include "host/train/ensemble.hpp"
#include "host/train/run_folder.hpp"
#include "host/train/scheduled_updates.hpp"
#include "host/train/trainer.hpp"

namespace curb::cli {
namespace {

struct Arguments {
  explicit Arguments(CLI::App& command) : settings(command) {}
  SettingFlags settings;
  std::string out;
  std::string resume;
  bool elsewhere = false;
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

/// What is to be trained: a new run, or the rest of one.
struct Start {
  std::string folder;  ///< empty: none
  train::Settings settings;
  std::optional<train::Checkpoint> checkpoint;
  std::vector<train::Outcome> members{};  ///< of a committee, those that are done
};

void check_epochs(const train::Settings& settings, const train::Checkpoint& checkpoint) {
  const std::int64_t begun = checkpoint.progress.epoch - (checkpoint.count.position == 0 ? 1 : 0);
  if (settings.epochs < begun) {
    throw train::SettingError(
        "epochs", fmt::format("the run is in epoch {} already, beyond {}", begun, settings.epochs));
  }
}

Start resume(const Arguments& arguments) {
  if (!arguments.out.empty()) {
    throw UsageError("--out: excludes --resume; the run goes on in its own folder");
  }
  std::error_code error;
  const bool is_file = std::filesystem::is_regular_file(arguments.resume, error);
  Start start;
  start.folder =
      is_file ? std::filesystem::path(arguments.resume).parent_path().string() : arguments.resume;
  if (start.folder.empty()) start.folder = ".";
  start.settings = arguments.settings.read(train::read_run_settings(start.folder));
  if (start.settings.ensemble > 1) {
    train::CommitteeStart committee =
        train::load_committee_start(start.folder, is_file ? arguments.resume : "", start.settings);
    start.checkpoint = std::move(committee.checkpoint);
    start.members = std::move(committee.members);
    return start;
  }
  start.checkpoint = is_file ? train::load_checkpoint(arguments.resume)
                             : train::load_last_checkpoint(start.folder);
  train::require_same_settings(*start.checkpoint, start.settings);
  check_epochs(start.settings, *start.checkpoint);
  return start;
}

Start make_start(const Arguments& arguments) {
  if (!arguments.resume.empty()) return resume(arguments);
  if (arguments.elsewhere) throw UsageError("--elsewhere: only a run that is resumed can move");
  return {arguments.out, arguments.settings.read(), std::nullopt};
}

/// A run that is resumed may be cut short, even to before the beginning of a schedule.
void check_schedules(const Start& start, const data::DataSets& data, bool quiet) {
  try {
    check_schedules_begin(start.settings, train::length_of_run(start.settings, data.train.rows));
  } catch (const train::SettingError& error) {
    if (!start.checkpoint) throw;
    if (!quiet) print_note(flag_of(error.setting()) + ": " + error.what());
  }
}

/// What is common to the end of a run and of a committee, whose last member `outcome` then is.
ExitCode conclude(const Arguments& arguments, const train::Outcome& outcome,
                  const std::optional<train::RunFolder>& folder) {
  if (outcome.ending == train::Ending::diverged) explain_divergence(outcome, folder.has_value());
  const bool can_go_on = folder && folder->can_go_on();
  if (outcome.ending == train::Ending::interrupted && can_go_on && !arguments.quiet) {
    print_note("to go on: curb train --resume " + folder->path());
  }
  return exit_code(outcome);
}

template <class Trained>
void print_summary(const Arguments& arguments, const Start& start, const data::DataSets& data,
                   const Trained& trained) {
  print(arguments.json ? summary_json(start.settings, data, trained, start.folder).dump(2) + "\n"
                       : summary(start.settings, data, trained, start.folder));
}

std::optional<train::RunFolder> open_folder(const Arguments& arguments, const Start& start,
                                            const data::DataSets& data,
                                            const backend::Backend& backend) {
  std::optional<train::RunFolder> folder;
  if (start.checkpoint) {
    train::require_same_data(*start.checkpoint, data);
    if (!arguments.elsewhere) require_same_backend(*start.checkpoint, backend);
    folder.emplace(start.folder, start.settings, *start.checkpoint);
  } else if (!start.folder.empty()) {
    folder.emplace(start.folder, start.settings);
  }
  return folder;
}

int run(const Arguments& arguments) {
  const Start start = make_start(arguments);
  const train::Settings& settings = start.settings;
  const data::DataSets data = data::open_data(settings.data, settings.data_options);
  train::check_fits(settings, data);
  check_schedules(start, data, arguments.quiet);
  const std::unique_ptr<backend::Backend> backend =
      open_device(settings.device, arguments.quiet, settings.precision);
  std::optional<train::RunFolder> folder = open_folder(arguments, start, data, *backend);

  Progress progress(settings.epochs, stderr_is_terminal() && !arguments.quiet);
  train::Observer observer{
      .on_step = [&](const train::Position& position) { progress.step(position); },
      .on_report =
          [&](const train::EpochMetrics& metrics) {
            progress.report(metrics);
            if (folder) folder->append(metrics);
          },
      .interrupted = &catch_interrupts()};
  train::MemberObserver keep_members;
  if (folder) {
    observer.on_checkpoint = [&](train::Checkpoint checkpoint) {
      folder->save(std::move(checkpoint));
    };
    keep_members = [&](std::span<const train::Outcome> members, train::Checkpoint next) {
      folder->save(members, std::move(next));
    };
  }
  if (settings.ensemble > 1) {
    const train::EnsembleOutcome committee = train::train_ensemble(
        settings, data, *backend, observer, keep_members, {start.members, start.checkpoint});
    progress.erase();
    if (folder) folder->save(train::models_of(committee.members));
    print_summary(arguments, start, data, committee);
    return conclude(arguments, committee.members.back(), folder);
  }
  const train::Outcome outcome = train::train(settings, data, *backend, observer,
                                              start.checkpoint ? &*start.checkpoint : nullptr);
  progress.erase();
  if (folder) folder->save(outcome.model);
  print_summary(arguments, start, data, outcome);
  return conclude(arguments, outcome, folder);
}

}  // namespace

Command add_train(CLI::App& program) {
  CLI::App* const command = program.add_subcommand("train", "Train a network on a table of data");
  const auto arguments = std::make_shared<Arguments>(*command);
  command
      ->add_option("--out", arguments->out,
                   "a new folder for config.toml, metrics.jsonl and model.safetensors")
      ->type_name("FOLDER");
  command
      ->add_option("--resume", arguments->resume,
                   "go on with the run in this folder from its last checkpoint, or from the one "
                   "that is named; only --epochs, --device and --checkpoint-... may change")
      ->type_name("FOLDER|FILE");
  command->add_flag("--elsewhere", arguments->elsewhere,
                    "with --resume: on another device, processor or number of threads as well, "
                    "where it cannot go on bit for bit");
  command->add_flag("--quiet", arguments->quiet, "nothing on stderr but errors");
  command->add_flag("--json", arguments->json, "the results as JSON");
  return {command, [arguments] { return run(*arguments); }};
}

}  // namespace curb::cli

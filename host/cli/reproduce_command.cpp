// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// curb reproduce: published tables, run again, beside what was published.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "host/backend/open.hpp"
#include "host/cli/command.hpp"
#include "host/cli/console.hpp"
#include "host/cli/interrupt.hpp"
#include "host/cli/progress.hpp"
#include "host/cli/study_folder.hpp"
#include "host/data/file.hpp"
#include "host/data/message.hpp"
#include "host/reproduce/irrelevant_inputs.hpp"
#include "host/reproduce/irrelevant_inputs_report.hpp"
#include "host/reproduce/irrelevant_inputs_study.hpp"
#include "host/reproduce/shipped.hpp"
#include "host/reproduce/study.hpp"
#include "host/reproduce/study_report.hpp"
#include "host/reproduce/study_run.hpp"

namespace curb::cli {
namespace {

using nlohmann::ordered_json;
using reproduce::Study;
using reproduce::StudyResult;

struct Arguments {
  std::string name;
  std::string data;
  std::string device = "auto";
  std::string out;
  bool quick = false;
  bool quiet = false;
  bool json = false;
};

/// The text of a study, and what complaints about it begin with.
struct Source {
  std::string text;
  std::string path;
};

/// The names that are asked for, without the smaller versions'.
std::vector<std::string> study_names() {
  std::vector<std::string> names = reproduce::shipped_names();
  std::erase_if(names, [](const std::string& name) { return name.ends_with("_quick"); });
  return names;
}

Source find_study(const Arguments& arguments) {
  const std::string& name = arguments.name;
  if (name.ends_with(".toml")) {
    if (arguments.quick) throw UsageError("--quick: " + name + " has no smaller version");
    return {data::read_file(name), name};
  }
  const std::vector<std::string> names = study_names();
  if (std::find(names.begin(), names.end(), name) == names.end()) {
    std::string list;
    for (const std::string& known : names) list += known + ", ";
    throw UsageError("curb reproduce: there is no study " + data::in_quotes(name) +
                     data::did_you_mean(name, names) + " (" + list + "or a FILE.toml)");
  }
  const std::string version = arguments.quick ? name + "_quick" : name;
  return {*reproduce::shipped_study(version), version + ".toml"};
}

void set_data(Study& study, const Arguments& arguments) {
  if (study.mnist && !arguments.data.starts_with("mnist:")) {
    throw UsageError("--data: " + arguments.name +
                     " needs MNIST: say --data mnist:DIRECTORY (tools/get_mnist DIRECTORY fetches "
                     "it)");
  }
  if (arguments.data.empty()) return;
  for (reproduce::Row& row : study.rows) row.settings.data = arguments.data;
}

/// A study that needs a GPU takes the CPU only when it is told to by name.
void check_device(const Study& study, const Arguments& arguments) {
  if (study.without_gpu.empty() || arguments.device != "auto") return;
  std::string why;
  if (!backend::cuda_devices(why).empty()) return;
  throw DeviceError(arguments.name + " needs a GPU (" + why + "): on a CPU it takes " +
                    study.without_gpu + "; say --quick for its smaller version, or --device cpu");
}

/// What is shown while a study runs: a bar for each training, and a line at its end.
class Watch {
 public:
  Watch(const Study& study, bool quiet)
      : runs_(study.rows.size() * study.seeds.size()), quiet_(quiet) {}

  train::Observer start(const reproduce::Row& row, const train::Settings& settings) {
    ++run_;
    name_ = fmt::format("{} of {}: {}, seed {}", run_, runs_, row.name, settings.seed);
    progress_.emplace(settings.epochs, stderr_is_terminal() && !quiet_);
    return {
        .on_step = [this](const train::Position& position) { progress_->step(position); },
        .on_report = [this](const train::EpochMetrics& metrics) { progress_->report(metrics); }};
  }

  void end(const reproduce::RunResult& result) {
    progress_.reset();
    if (!quiet_)
      print_note(fmt::format("{}: {:.2f}, {:.1f} s", name_, result.figure, result.seconds));
  }

 private:
  std::size_t runs_;
  std::size_t run_ = 0;
  bool quiet_;
  std::string name_;
  std::optional<Progress> progress_;
};

ordered_json conditions(const Arguments& arguments, const backend::Backend& backend) {
  return {{"study", arguments.name},
          {"quick", arguments.quick},
          {"version", CURB_VERSION},
          {"device", backend.description()}};
}

int run_rows(const Source& source, const Arguments& arguments) {
  Study study = reproduce::read_study(source.text, source.path);
  set_data(study, arguments);
  check_device(study, arguments);
  const std::unique_ptr<backend::Backend> backend = open_device(arguments.device, arguments.quiet);
  const StudyFolder folder(arguments.out, conditions(arguments, *backend));

  Watch watch(study, arguments.quiet);
  const StudyResult result = reproduce::run_study(
      study, *backend,
      {.on_start = [&](const auto& row,
                       const auto& settings) { return watch.start(row, settings); },
       .on_end =
           [&](const StudyResult& so_far) {
             watch.end(so_far.rows.back().runs.back());
             folder.keep(reproduce::to_json(study, so_far));
           },
       .interrupted = &catch_interrupts()});
  print(arguments.json ? folder.document(reproduce::to_json(study, result)).dump(2) + "\n"
                       : reproduce::to_text(study, result));
  return reproduce::is_reproduced(study, result) ? kSuccess : kNotReproduced;
}

int run_irrelevant_inputs(const Source& source, const Arguments& arguments) {
  const auto study = reproduce::read_irrelevant_inputs_study(source.text, source.path);
  if (!arguments.data.empty()) {
    throw UsageError("--data: " + arguments.name + " makes its data itself");
  }
  const std::unique_ptr<backend::Backend> backend = open_device(arguments.device, arguments.quiet);
  const StudyFolder folder(arguments.out, conditions(arguments, *backend));

  const auto show = [&](std::int64_t irrelevant, const reproduce::Trial& trial) {
    if (arguments.quiet) return;
    print_note(fmt::format("{} irrelevant inputs, seed {}: L1 {:.2f}, L2 {:.2f}", irrelevant,
                           trial.seed, trial.l1.test_error, trial.l2.test_error));
  };
  const reproduce::IrrelevantInputsResult result = reproduce::run_irrelevant_inputs(
      study, *backend, {.on_end = show, .interrupted = &catch_interrupts()});
  const ordered_json json = reproduce::to_json(study, result);
  folder.keep(json);
  folder.keep("test_error.svg", reproduce::to_svg(study, result));
  print(arguments.json ? folder.document(json).dump(2) + "\n" : reproduce::to_text(study, result));
  return reproduce::is_reproduced(study, result) ? kSuccess : kNotReproduced;
}

int run(const Arguments& arguments) {
  const Source source = find_study(arguments);
  try {
    return reproduce::is_irrelevant_inputs_study(source.text, source.path)
               ? run_irrelevant_inputs(source, arguments)
               : run_rows(source, arguments);
  } catch (const reproduce::Diverged& error) {
    print_note(red("curb: ") + error.what());
    return kDiverged;
  } catch (const reproduce::Interrupted&) {
    return kInterrupted;
  }
}

}  // namespace

Command add_reproduce(CLI::App& program) {
  CLI::App* const command =
      program.add_subcommand("reproduce", "Run a published table again, beside what was published");
  const auto arguments = std::make_shared<Arguments>();
  command->add_option("NAME", arguments->name, "a study that comes with curb, or a FILE.toml")
      ->required();
  command->add_option("--data", arguments->data, "mnist:DIRECTORY, where the study is of MNIST")
      ->type_name("DATA");
  command->add_flag("--quick", arguments->quick, "a smaller version, of minutes");
  command->add_option("--device", arguments->device, "where to train")
      ->type_name("auto|cpu|cuda[:N]");
  command->add_option("--out", arguments->out, "a folder for results.json, from the first run on")
      ->type_name("FOLDER");
  command->add_flag("--quiet", arguments->quiet, "nothing on stderr but errors");
  command->add_flag("--json", arguments->json, "the results as JSON");
  return {command, [arguments] { return run(*arguments); }};
}

}  // namespace curb::cli

// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// curb bench: measures this machine, and compares what was measured.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <ctime>
#include <memory>
#include <regex>
#include <string>
#include <vector>

#include "host/backend/open.hpp"
#include "host/cli/bench/compare.hpp"
#include "host/cli/bench/conditions.hpp"
#include "host/cli/bench/report.hpp"
#include "host/cli/bench/result_folder.hpp"
#include "host/cli/bench/suite.hpp"
#include "host/cli/busy_waiting.hpp"
#include "host/cli/command.hpp"
#include "host/cli/console.hpp"
#include "host/cli/progress.hpp"

namespace curb::cli {
namespace {

using nlohmann::ordered_json;

std::atomic<bool> interrupted = false;
static_assert(std::atomic<bool>::is_always_lock_free, "or a signal handler may not touch it");

void on_interrupt(int) {
  interrupted = true;
  std::signal(SIGINT, SIG_DFL);
}

struct Arguments {
  bench::SuiteOptions suite;
  std::string out;
  std::vector<std::string> compare;
  bool quiet = false;
  bool json = false;
};

void check_filter(const std::string& filter) {
  try {
    std::regex(filter, std::regex::extended);
  } catch (const std::regex_error& error) {
    throw UsageError(
        fmt::format("--filter: \"{}\" is no regular expression: {}", filter, error.what()));
  }
}

std::string utc_now() {
  char text[sizeof "2026-01-01T00:00:00Z"];
  const std::time_t now = std::time(nullptr);
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", std::gmtime(&now));
  return text;
}

int compare(const Arguments& arguments) {
  const bench::Comparison comparison = bench::compare(bench::read_results(arguments.compare[0]),
                                                      bench::read_results(arguments.compare[1]));
  for (const std::string& note : comparison.notes) print_note(note);
  print(comparison.table.markdown() + '\n' + comparison.summary + '\n');
  return kSuccess;
}

ordered_json describe_run(const Arguments& arguments) {
  return {
      {"curb", CURB_VERSION},
      {"date", utc_now()},
      {"machine", bench::machine_name()},
      {"command", fmt::format("curb bench{} --filter '{}'", arguments.suite.quick ? " --quick" : "",
                              arguments.suite.filter)}};
}

/// Measures one family after the other; the file of results grows with them.
ordered_json measure(const Arguments& arguments, const std::vector<bench::Family>& families,
                     const std::string& folder) {
  std::size_t total = 0;
  for (const bench::Family& family : families) total += family.benchmarks.size();
  Progress progress(static_cast<std::int64_t>(total), stderr_is_terminal() && !arguments.quiet);
  std::int64_t done = 0;
  const bench::SuiteObserver observer{
      .on_benchmark = [&](const std::string& name) { progress.count(++done, name); },
      .interrupted = &interrupted};
  ordered_json document{{"conditions", describe_run(arguments)},
                        {"programs", ordered_json::object()},
                        {"benchmarks", ordered_json::array()}};
  const auto start = std::chrono::steady_clock::now();
  bench::MachineWatch watch;
  for (const bench::Family& family : families) {
    progress.count(done, family.name);
    bench::run_family(family, arguments.suite, observer, document);
    watch.look();
    ordered_json& conditions = document["conditions"];
    conditions["seconds"] =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    conditions["watch"] = watch.report();
    if (interrupted) conditions["interrupted"] = true;
    bench::write_result_file(folder, bench::kResultsFile, document.dump(1) + '\n');
    if (interrupted) break;
  }
  return document;
}

int run(Arguments& arguments) {
  if (!arguments.compare.empty()) return compare(arguments);
  check_filter(arguments.suite.filter);
  std::string why_no_gpu;
  arguments.suite.gpu = !backend::cuda_devices(why_no_gpu).empty();
  unlimit_busy_waiting_of_children();
  const std::vector<bench::Family> families =
      bench::list_families(bench::program_folders(), arguments.suite);
  const std::string folder = arguments.out.empty() ? bench::default_folder() : arguments.out;
  bench::make_result_folder(folder);
  if (!arguments.suite.gpu && !arguments.quiet) {
    print_note("only the CPU is measured: " + why_no_gpu);
  }
  std::signal(SIGINT, on_interrupt);
  const bench::Results results = bench::parse_results(measure(arguments, families, folder), folder);

  const bench::Report report = bench::make_report(results);
  const std::string tables = bench::to_markdown(report);
  bench::write_result_file(folder, bench::kTablesFile, tables);
  bench::write_result_file(folder, bench::kPageFile, bench::to_html(report));
  print(arguments.json ? results.document.dump(1) + '\n' : tables);
  if (!arguments.quiet) {
    print_note(fmt::format("wrote {0}/{1}, {0}/{2} and {0}/{3}", folder, bench::kResultsFile,
                           bench::kTablesFile, bench::kPageFile));
  }
  if (interrupted) return kInterrupted;
  const bool failed = std::any_of(results.entries.begin(), results.entries.end(),
                                  [](const bench::Entry& entry) { return !entry.error.empty(); });
  return failed ? kInternalError : kSuccess;
}

}  // namespace

Command add_bench(CLI::App& program) {
  CLI::App* const command =
      program.add_subcommand("bench", "Measure the updates on this machine, or compare results");
  const auto arguments = std::make_shared<Arguments>();
  command->add_flag("--quick", arguments->suite.quick,
                    "the most telling cases, fewer runs of each: minutes instead of tens of them");
  command
      ->add_option("--filter", arguments->suite.filter,
                   "only benchmarks whose names match: ^unfused/, momentum, ...")
      ->type_name("REGEX");
  command
      ->add_option("--threads", arguments->suite.threads,
                   "of the CPU; default: as many as it has processors")
      ->check(CLI::PositiveNumber);
  command
      ->add_option("--out", arguments->out,
                   "a new folder for results.json, tables.md and page.html; default: named by the "
                   "date and time")
      ->type_name("FOLDER");
  command
      ->add_option("--compare", arguments->compare,
                   "measure nothing: compare two results (folders or files)")
      ->expected(2)
      ->type_name("A B");
  command->add_flag("--quiet", arguments->quiet, "nothing on stderr but errors");
  command->add_flag("--json", arguments->json, "the results as JSON instead of tables");
  return {command, [arguments] { return run(*arguments); }};
}

}  // namespace curb::cli

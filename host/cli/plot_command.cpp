// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// curb plot: starts the script that draws, which needs Python and matplotlib.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "host/cli/command.hpp"
#include "host/cli/console.hpp"
#include "host/data/error.hpp"

namespace curb::cli {
namespace {

struct Arguments {
  std::vector<std::string> runs;
  std::string out;
};

/// Beside the program where it was built, in share/curb where it is installed.
std::string find_script() {
  std::error_code ignored;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", ignored);
  const std::filesystem::path folder = program.parent_path();
  for (const std::filesystem::path& place :
       {folder / "plot.py", folder.parent_path() / "share/curb/plot.py"}) {
    if (std::filesystem::exists(place, ignored)) return place.string();
  }
  throw data::DataError("plot.py is neither in " + folder.string() + " nor in " +
                        (folder.parent_path() / "share/curb").string());
}

int run(const Arguments& arguments) {
  const char* const chosen = std::getenv("CURB_PYTHON");
  const std::string python = chosen != nullptr && *chosen != '\0' ? chosen : "python3";
  std::vector<std::string> words{python, "-B", find_script()};
  if (!arguments.out.empty()) words.push_back("--out=" + arguments.out);
  words.emplace_back("--");
  words.insert(words.end(), arguments.runs.begin(), arguments.runs.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  execvp(python.c_str(), argv.data());  // returns only if it fails
  print_note(red("curb: ") + python + " cannot be started: " + std::strerror(errno) +
             "; curb plot needs Python 3.11 or later, by this name or by CURB_PYTHON");
  return kUnavailable;
}

}  // namespace

Command add_plot(CLI::App& program) {
  CLI::App* const command = program.add_subcommand("plot", "Pictures of runs, and a page of them");
  const auto arguments = std::make_shared<Arguments>();
  command->add_option("RUN", arguments->runs, "folders of runs, as --out of train named them")
      ->required();
  command
      ->add_option("--out", arguments->out,
                   "a folder for PNG files and index.html; default: plots in that of a single run")
      ->type_name("FOLDER");
  return {command, [arguments] { return run(*arguments); }};
}

}  // namespace curb::cli

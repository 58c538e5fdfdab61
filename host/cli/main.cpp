// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The `curb` program: parses, runs one command, and turns what went wrong into an exit code.
#include <CLI/CLI.hpp>
#include <csignal>
#include <exception>
#include <string>
#include <utility>
#include <vector>

#include "host/cli/busy_waiting.hpp"
#include "host/cli/command.hpp"
#include "host/cli/console.hpp"
#include "host/cli/setting_flags.hpp"
#include "host/data/error.hpp"
#include "host/data/message.hpp"
#include "host/train/settings.hpp"

namespace curb::cli {
namespace {

/// Refuses the first argument that nobody claimed, with the flag it may have been meant to be.
void refuse_leftovers(const CLI::App& parser, const std::string& after) {
  const std::vector<std::string> leftovers = parser.remaining();
  if (leftovers.empty()) return;
  const std::string& first = leftovers.front();
  const std::string word = first.substr(0, first.find('='));
  std::vector<std::string> known;
  if (word.starts_with("-")) {
    for (const CLI::Option* option : parser.get_options()) known.push_back(option->get_name());
    throw UsageError(after + ": there is no flag " + word + data::did_you_mean(word, known));
  }
  for (const CLI::App* command : parser.get_subcommands({})) known.push_back(command->get_name());
  if (!known.empty()) {
    throw UsageError(after + ": there is no command " + data::in_quotes(word) +
                     data::did_you_mean(word, known));
  }
  throw UsageError(after + ": " + data::in_quotes(first) + " is one argument too many");
}

/// The arguments, the last one first, as CLI11 takes them. "--flag=" becomes "--flag" and "", since
/// CLI11 takes the next argument for the value of the former.
std::vector<std::string> reversed_arguments(int argc, char** argv) {
  std::vector<std::string> arguments;
  for (int i = argc - 1; i > 0; --i) {
    std::string argument = argv[i];
    if (argument.starts_with("--") && argument.find('=') == argument.size() - 1) {
      arguments.emplace_back();
      argument.pop_back();
    }
    arguments.push_back(std::move(argument));
  }
  return arguments;
}

int run(int argc, char** argv) {
  CLI::App program{"Trains sparse and regularised networks.", "curb"};
  program.set_version_flag("--version", "curb " CURB_VERSION);
  program.allow_extras();
  program.failure_message({});
  const std::vector<Command> commands{
      add_train(program),     add_eval(program), add_predict(program), add_bench(program),
      add_reproduce(program), add_plot(program), add_info(program)};
  for (const Command& command : commands) command.parser->allow_extras();

  try {
    program.parse(reversed_arguments(argc, argv));
  } catch (const CLI::Success& asked) {  // --help and --version
    return program.exit(asked);
  } catch (const CLI::ParseError& error) {
    throw UsageError(error.what());
  }
  refuse_leftovers(program, "curb");
  for (const Command& command : commands) {
    if (!command.parser->parsed()) continue;
    refuse_leftovers(*command.parser, "curb " + command.parser->get_name());
    return command.run();
  }
  throw UsageError("no command is given; see curb --help");
}

int fail(const std::string& message, ExitCode code) {
  print_note(red("curb: ") + message);
  return code;
}

}  // namespace
}  // namespace curb::cli

int main(int argc, char** argv) {
  using namespace curb::cli;
  limit_busy_waiting(argv);
  std::signal(SIGXFSZ, SIG_IGN);  // a limit on file sizes then shows as an error, with a message
  try {
    return run(argc, argv);
  } catch (const UsageError& error) {
    return fail(error.what(), kUsageError);
  } catch (const curb::train::SettingError& error) {
    const std::string place = error.place().empty() ? flag_of(error.setting()) : error.place();
    return fail(place + ": " + error.what(), kUsageError);
  } catch (const curb::Error& error) {  // what only the library knows how to refuse
    return fail(error.what(), kUsageError);
  } catch (const curb::data::DataError& error) {
    return fail(error.what(), kDataError);
  } catch (const DeviceError& error) {
    return fail(error.what(), kNoDevice);
  } catch (const std::exception& error) {
    return fail(std::string("internal error: ") + error.what(), kInternalError);
  }
}

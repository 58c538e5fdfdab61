// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// curb info: what this program is, and what it can compute on.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <cstddef>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "host/backend/open.hpp"
#include "host/cli/command.hpp"
#include "host/cli/console.hpp"

namespace curb::cli {
namespace {

int run(bool json) {
  std::string why;
  const std::vector<std::string> devices = backend::cuda_devices(why);
  nlohmann::ordered_json facts{
      {"version", CURB_VERSION},
      {"build", CURB_BUILD_TYPE},
      {"compiler", CURB_COMPILER},
      {"cpu", backend::make_cpu_backend()->description()},
      {"cuda", devices.empty() ? "none: " + why : fmt::format("{} found", devices.size())}};
  for (std::size_t i = 0; i < devices.size(); ++i) facts[fmt::format("cuda:{}", i)] = devices[i];
  if (json) {
    print(facts.dump(2) + "\n");
    return kSuccess;
  }
  for (const auto& [name, fact] : facts.items()) {
    print(fmt::format("{:<9} {}\n", name, fact.get<std::string>()));
  }
  return kSuccess;
}

}  // namespace

Command add_info(CLI::App& program) {
  CLI::App* const command = program.add_subcommand("info", "This program, and its devices");
  const auto json = std::make_shared<bool>(false);
  command->add_flag("--json", *json, "as JSON");
  return {command, [json] { return run(*json); }};
}

}  // namespace curb::cli

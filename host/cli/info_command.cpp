// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// curb info: what this program is, and what it can compute on.
#include <fmt/core.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "host/backend/open.hpp"
#include "host/cli/command.hpp"
#include "host/cli/console.hpp"

namespace curb::cli {
namespace {

/// What a device is, or why it is not to be had.
std::string describe(const std::string& device) {
  std::string why;
  const std::unique_ptr<backend::Backend> backend = backend::open_backend(device, why);
  return backend ? backend->description() : "none: " + why;
}

int run(bool json) {
  const nlohmann::ordered_json facts{{"version", CURB_VERSION},
                                     {"build", CURB_BUILD_TYPE},
                                     {"compiler", CURB_COMPILER},
                                     {"cpu", describe("cpu")},
                                     {"cuda", describe("cuda")}};
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

// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The commands of the program. Each adds itself to the parser, with what it does when chosen.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "host/backend/backend.hpp"

namespace CLI {
class App;  // from CLI/CLI.hpp, which is slow to compile: who needs more of it includes that
}

namespace curb::cli {

struct Command {
  CLI::App* parser = nullptr;
  std::function<int()> run;  ///< after parsing; gives the exit code
};

Command add_train(CLI::App& program);
Command add_eval(CLI::App& program);
Command add_predict(CLI::App& program);
Command add_reproduce(CLI::App& program);
Command add_info(CLI::App& program);
Command add_plot(CLI::App& program);
Command add_bench(CLI::App& program);

/// Opens a device, and says which unless `quiet`. Throws DeviceError when it is not to be had, and
/// UsageError for a name that is none.
std::unique_ptr<backend::Backend> open_device(
    const std::string& name, bool quiet, backend::Precision precision = backend::Precision::fp32);

}  // namespace curb::cli

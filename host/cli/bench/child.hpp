// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Another program, run to its end.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace curb::cli::bench {

/// Runs `command` (a path and its arguments, no shell), and hands on each line of its stdout and
/// stderr as it comes. Returns its exit code, or 128 and the number of the signal that ended it.
/// Throws std::system_error when it cannot be started.
int run_child(const std::vector<std::string>& command,
              const std::function<void(const std::string& line)>& on_line);

}  // namespace curb::cli::bench

// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// What the program says to whoever sits at the terminal, on stderr: results alone go to stdout.
#pragma once

#include <stdexcept>
#include <string>

namespace curb::cli {

enum ExitCode : int {
  kSuccess = 0,
  kNotReproduced = 1,  ///< all went well, but what was published did not come out
  kUsageError = 2,     ///< a flag, a setting, a command
  kDataError = 3,      ///< a file that cannot be read, understood or written
  kNoDevice = 4,       ///< the device that was asked for is not to be had
  kDiverged = 5,       ///< the loss is no longer finite; the last good weights are kept
  kUnavailable = 69,   ///< another program or a Python package that is needed
  kInternalError = 70,
  kInterrupted = 130,  ///< Ctrl-C; what was learnt so far is kept
};

/// A mistake on the command line; the message names the flag.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The device that was asked for is not to be had.
class DeviceError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Whether stderr is a terminal.
bool stderr_is_terminal();

/// `text`, in red on a terminal that may have colours (NO_COLOR: https://no-color.org).
std::string red(const std::string& text);

/// Writes `text` to stdout. Throws data::DataError when that fails: a full disk behind a
/// redirection must not look like success.
void print(const std::string& text);

/// Writes a line to stderr.
void print_note(const std::string& text);

}  // namespace curb::cli

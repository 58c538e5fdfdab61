// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
#include "host/cli/bench/result_folder.hpp"

#include <fmt/chrono.h>

#include <ctime>
#include <filesystem>
#include <system_error>

#include "host/cli/console.hpp"
#include "host/data/error.hpp"
#include "host/train/atomic_file.hpp"

namespace curb::cli::bench {

std::string default_folder() {
  return fmt::format("bench-{:%Y%m%d-%H%M%S}", fmt::localtime(std::time(nullptr)));
}

void make_result_folder(const std::string& path) {
  std::error_code error;
  for (const char* const name : {kResultsFile, kTablesFile, kPageFile}) {
    if (std::filesystem::exists(path + "/" + name, error)) {
      throw UsageError("--out: " + path + " holds results already (" + name +
                       "); name another folder, or remove that one");
    }
  }
  std::filesystem::create_directories(path, error);
  if (error) throw data::DataError(path + ": cannot make the folder: " + error.message());
}

void write_result_file(const std::string& folder, const std::string& name,
                       const std::string& text) {
  train::AtomicFile file(folder + "/" + name);
  file.write(text.data(), text.size());
  file.commit();
}

}  // namespace curb::cli::bench

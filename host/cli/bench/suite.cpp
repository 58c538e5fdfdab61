// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
#include "host/cli/bench/suite.hpp"

#include <fmt/core.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <optional>
#include <system_error>

#include "host/cli/bench/child.hpp"
#include "host/cli/console.hpp"
#include "host/data/error.hpp"
#include "host/data/message.hpp"

namespace curb::cli::bench {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

struct Program {
  const char* name;
  bool needs_gpu;
};
constexpr Program kPrograms[] = {{"unfused_bench", false},
                                 {"update_bench", false},
                                 {"many_bench", false},
                                 {"train_bench", false},
                                 {"cuda_update_bench", true}};

std::optional<fs::path> find(const char* name, const std::vector<fs::path>& folders) {
  for (const fs::path& folder : folders) {
    if (access((folder / name).c_str(), X_OK) == 0) return folder / name;
  }
  return std::nullopt;
}

std::vector<std::string> command_of(const fs::path& program, const SuiteOptions& options) {
  std::vector<std::string> command{program.string()};
  if (options.quick) command.emplace_back("--quick");
  if (options.threads > 0 && program.filename() != "cuda_update_bench") {
    command.push_back(fmt::format("--threads={}", options.threads));
  }
  return command;
}

/// The names that a program has, by what they begin with, in its order.
std::vector<Family> families_of(const fs::path& program, const SuiteOptions& options) {
  std::vector<std::string> command = command_of(program, options);
  command.emplace_back("--benchmark_list_tests");
  command.push_back("--benchmark_filter=" + options.filter);
  std::vector<std::string> lines;
  const int code = run_child(command, [&](const std::string& line) { lines.push_back(line); });
  if (code != 0) {
    throw data::DataError(fmt::format("{}: cannot say what it has: {}", program.string(),
                                      lines.empty() ? "nothing was said" : lines.back()));
  }
  std::vector<Family> families;
  for (const std::string& line : lines) {
    if (line.find("/iterations:") == std::string::npos) continue;
    const std::string name = line.substr(0, line.find('/'));
    const auto found = std::find_if(families.begin(), families.end(),
                                    [&](const Family& family) { return family.name == name; });
    if (found == families.end()) {
      families.push_back({program, name, {line}});
    } else {
      found->benchmarks.push_back(line);
    }
  }
  return families;
}

/// A file for what a program measures, gone when this goes.
class TemporaryFile {
 public:
  TemporaryFile() : path_((fs::temp_directory_path() / "curb-bench-XXXXXX").string()) {
    const int descriptor = mkstemp(path_.data());
    if (descriptor < 0) throw data::DataError(path_ + ": cannot make the file");
    close(descriptor);
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() { unlink(path_.c_str()); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// Nothing where the program did not get as far as to write it whole.
std::optional<ordered_json> read_json(const std::string& path) {
  std::ifstream file(path);
  ordered_json document = ordered_json::parse(file, nullptr, false);
  if (document.is_discarded() || !document.contains("benchmarks")) return std::nullopt;
  return document;
}

}  // namespace

std::vector<fs::path> program_folders() {
  const fs::path here = fs::read_symlink("/proc/self/exe").parent_path();
  return {here, here.parent_path().parent_path() / "bench"};
}

std::vector<Family> list_families(const std::vector<fs::path>& folders,
                                  const SuiteOptions& options) {
  std::vector<Family> all;
  bool some_program = false;
  for (const Program& program : kPrograms) {
    const std::optional<fs::path> path = find(program.name, folders);
    some_program = some_program || path.has_value();
    if (!path || (program.needs_gpu && !options.gpu)) continue;
    for (Family& family : families_of(*path, options)) all.push_back(std::move(family));
  }
  if (!some_program) {
    std::vector<std::string> places;
    for (const fs::path& folder : folders) places.push_back(folder.string());
    throw UsageError(fmt::format(
        "bench: the programs that measure were not built: there is no {} in {}. The CMake option "
        "CURB_BUILD_BENCH=ON builds them; it needs Google Benchmark (libbenchmark-dev)",
        kPrograms[0].name, fmt::join(places, " or ")));
  }
  if (all.empty()) {
    throw UsageError("--filter: no benchmark has a name that matches " +
                     data::in_quotes(options.filter));
  }
  return all;
}

void run_family(const Family& family, const SuiteOptions& options, const SuiteObserver& observer,
                ordered_json& document) {
  const TemporaryFile out;
  std::vector<std::string> command = command_of(family.program, options);
  command.push_back(fmt::format("--benchmark_filter=^({})$", fmt::join(family.benchmarks, "|")));
  command.push_back("--benchmark_out=" + out.path());
  command.emplace_back("--benchmark_out_format=json");
  std::string last_line;
  const int code = run_child(command, [&](const std::string& line) {
    last_line = line;
    if (line.starts_with(family.name + '/') && observer.on_benchmark) {
      observer.on_benchmark(line.substr(0, line.find("/iterations:")));
    }
  });
  std::optional<ordered_json> measured = read_json(out.path());
  if (code != 0 || !measured) {
    if (observer.interrupted != nullptr && observer.interrupted->load()) return;
    document["benchmarks"].push_back(
        {{"name", family.name},
         {"error_occurred", true},
         {"error_message", fmt::format("{} ended with {}: {}", family.program.filename().string(),
                                       code, last_line)}});
    return;
  }
  ordered_json& context = measured->at("context");
  context.erase("host_name");
  context.erase("executable");
  document["programs"][family.program.filename().string()] = std::move(context);
  for (ordered_json& entry : measured->at("benchmarks")) {
    document["benchmarks"].push_back(std::move(entry));
  }
}

}  // namespace curb::cli::bench

// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Runs the program as a child process whose output goes to files.
#include "tests/host/cli/program.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <thread>

#include "host/data/file.hpp"
#include "tests/host/data/temporary_directory.hpp"

namespace curb::testing {
namespace {

[[noreturn]] void become_program(const std::vector<std::string>& arguments,
                                 const ProgramOptions& options, const std::string& out,
                                 const std::string& err) {
  ::dup2(::open(out.c_str(), O_WRONLY | O_CREAT, 0600), STDOUT_FILENO);
  ::dup2(::open(err.c_str(), O_WRONLY | O_CREAT, 0600), STDERR_FILENO);
  if (options.largest_file >= 0) {
    const auto bytes = static_cast<rlim_t>(options.largest_file);
    const rlimit limit{bytes, bytes};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ::setenv("OMP_NUM_THREADS", std::to_string(options.threads).c_str(), 1);
  std::vector<char*> argv{const_cast<char*>("curb")};
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  ::execv(CURB_PROGRAM, argv.data());
  ::_exit(127);
}

bool has_ended(pid_t child) {
  siginfo_t info{};
  ::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOHANG | WNOWAIT);
  return info.si_pid == child;
}

void interrupt_when_written(pid_t child, const ProgramOptions& options) {
  while (!has_ended(child)) {
    std::error_code absent;
    const std::uintmax_t bytes = std::filesystem::file_size(options.interrupt_after, absent);
    if (!absent && bytes >= options.bytes) {
      std::this_thread::sleep_for(options.delay);
      ::kill(child, options.signal);
      return;
    }
    std::this_thread::sleep_for(std::chrono::microseconds(200));
  }
}

}  // namespace

ProgramResult run_program(const std::vector<std::string>& arguments,
                          const ProgramOptions& options) {
  const TemporaryDirectory directory;
  const std::string out = directory.path("out");
  const std::string err = directory.path("err");
  const pid_t child = ::fork();
  if (child < 0) throw std::system_error(errno, std::generic_category(), "fork");
  if (child == 0) become_program(arguments, options, out, err);
  if (!options.interrupt_after.empty()) interrupt_when_written(child, options);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), data::read_file(out),
          data::read_file(err)};
}

}  // namespace curb::testing

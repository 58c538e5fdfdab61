// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// A file written through AtomicFile is there whole or not at all, whatever goes wrong.
#include "host/train/atomic_file.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <string>
#include <vector>

#include "host/data/file.hpp"
#include "tests/host/data/data_error.hpp"
#include "tests/host/data/temporary_directory.hpp"

namespace curb::train {
namespace {

using data::read_file;
using testing::data_error;

void write_whole(const std::string& path, const std::string& contents) {
  AtomicFile file(path);
  file.write(contents.data(), contents.size());
  file.commit();
}

// While it lives, files of this process end at `bytes`, as they would on a full disk.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &old_);
    const rlimit limit{bytes, old_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    setrlimit(RLIMIT_FSIZE, &old_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  rlimit old_{};
  void (*handler_)(int);
};

// Permissions do not bind root, as whom tests run in containers: while this lives, the process is
// somebody else.
class Unprivileged {
 public:
  Unprivileged() {
    if (was_root_ && seteuid(65534) != 0) ADD_FAILURE() << "seteuid failed";
  }
  ~Unprivileged() {
    if (was_root_ && seteuid(0) != 0) ADD_FAILURE() << "cannot become root again";
  }

 private:
  bool was_root_ = geteuid() == 0;
};

class AtomicFileTest : public ::testing::Test {
 protected:
  std::vector<std::string> names_in_directory() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(directory_.path())) {
      names.push_back(entry.path().filename().string());
    }
    return names;
  }

  testing::TemporaryDirectory directory_;
  const std::string path_ = directory_.path("model");
  const std::vector<std::string> only_model_ = {"model"};
};

TEST_F(AtomicFileTest, AppearsOnCommitAndReplacesTheOldFile) {
  directory_.write("model", "old");
  {
    AtomicFile file(path_);
    file.write("new ", 4);
    file.write("contents", 8);
    EXPECT_EQ(read_file(path_), "old");
    file.commit();
  }
  EXPECT_EQ(read_file(path_), "new contents");
  EXPECT_EQ(names_in_directory(), only_model_);
}

TEST_F(AtomicFileTest, HasThePermissionsOfAnOrdinaryFile) {
  const mode_t old_mask = umask(027);
  write_whole(path_, "x");
  umask(old_mask);
  struct stat status {};
  ASSERT_EQ(stat(path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777u, 0640u);
}

TEST_F(AtomicFileTest, WorksInTheCurrentDirectory) {
  const std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::current_path(directory_.path());
  write_whole("model", "x");
  std::filesystem::current_path(before);
  EXPECT_EQ(read_file(path_), "x");
}

TEST_F(AtomicFileTest, LeavesNothingWithoutCommit) {
  directory_.write("model", "old");
  { AtomicFile(path_).write("new", 3); }
  EXPECT_EQ(read_file(path_), "old");
  EXPECT_EQ(names_in_directory(), only_model_);
}

TEST_F(AtomicFileTest, KeepsTheOneBeforeUnderAnotherName) {
  for (const std::string contents : {"first", "second", "third"}) {
    AtomicFile file(path_);
    file.write(contents.data(), contents.size());
    file.commit_keeping(path_ + ".old");
  }
  EXPECT_EQ(read_file(path_), "third");
  EXPECT_EQ(read_file(path_ + ".old"), "second");
  EXPECT_EQ(names_in_directory().size(), 2u);
}

TEST_F(AtomicFileTest, SweepsUpAfterKilledProcesses) {
  for (const char* name : {"model", "model.tmp1", "model.tmp23", "model.tmpx", "other.tmp4"}) {
    directory_.write(name, "");
  }
  AtomicFile::remove_leftovers(path_);
  std::vector<std::string> names = names_in_directory();
  std::sort(names.begin(), names.end());
  EXPECT_EQ(names, (std::vector<std::string>{"model", "model.tmpx", "other.tmp4"}));
}

TEST_F(AtomicFileTest, AFullDiskCostsNothingAndIsReported) {
  directory_.write("model", "old");
  std::string message;
  {
    const FileSizeLimit limit(1000);
    message = data_error([&] { write_whole(path_, std::string(5000, 'x')); });
  }
  EXPECT_EQ(message, path_ + ": cannot write: File too large");
  EXPECT_EQ(read_file(path_), "old");
  EXPECT_EQ(names_in_directory(), only_model_);
}

TEST_F(AtomicFileTest, AForbiddenDirectoryIsReported) {
  std::filesystem::permissions(directory_.path(), std::filesystem::perms(0555));
  const std::string message = data_error([&] {
    const Unprivileged somebody;
    write_whole(path_, "x");
  });
  std::filesystem::permissions(directory_.path(), std::filesystem::perms(0755));
  EXPECT_EQ(message, path_ + ": cannot write: Permission denied");
  EXPECT_TRUE(names_in_directory().empty());
}

TEST_F(AtomicFileTest, ADirectoryThatIsNotThereIsReported) {
  const std::string path = directory_.path("none/model");
  EXPECT_EQ(data_error([&] { write_whole(path, "x"); }),
            path + ": cannot write: No such file or directory");
}

TEST_F(AtomicFileTest, ADirectoryInTheWayStaysAndIsReported) {
  std::filesystem::create_directory(path_);
  EXPECT_EQ(data_error([&] { write_whole(path_, "x"); }), path_ + ": cannot write: Is a directory");
  EXPECT_EQ(names_in_directory(), only_model_);
}

TEST_F(AtomicFileTest, NeverWritesThroughALinkUnderItsTemporaryName) {
  const std::string victim = directory_.write("victim", "precious");
  std::filesystem::create_symlink(victim, path_ + ".tmp" + std::to_string(getpid()));
  write_whole(path_, "x");
  EXPECT_EQ(read_file(victim), "precious");
  EXPECT_EQ(read_file(path_), "x");
}

}  // namespace
}  // namespace curb::train

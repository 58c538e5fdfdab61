// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The back ends that the tests of the seam run on, each by name: all must pass the same tests.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <functional>
#include <memory>
#include <ostream>
#include <span>
#include <string>
#include <vector>

#include "host/backend/backend.hpp"

namespace curb::testing {

struct NamedBackend {
  std::string name;
  /// Null where there is no such device; `why` then says so.
  std::function<std::unique_ptr<backend::Backend>(std::string& why)> make;
};

inline void PrintTo(const NamedBackend& named, std::ostream* out) { *out << named.name; }

/// Those of the program at hand: cpu_backends.cpp or cuda_backends.cpp.
std::vector<NamedBackend> backends();

inline std::string backend_name(const ::testing::TestParamInfo<NamedBackend>& info) {
  return info.param.name;
}

/// A test of one back end, `on`. It is skipped where there is no such device, or fails there when
/// CURB_REQUIRE_GPU is 1.
class BackendTest : public ::testing::TestWithParam<NamedBackend> {
 protected:
  void SetUp() override {
    if (on != nullptr) return;
    const char* required = std::getenv("CURB_REQUIRE_GPU");
    if (required != nullptr && std::string(required) == "1") FAIL() << "CURB_REQUIRE_GPU: " << why;
    GTEST_SKIP() << why;
  }

  template <class T>
  backend::Buffer<T> upload(const std::vector<T>& values) {
    backend::Buffer<T> buffer(*on, values.size());
    buffer.upload(values);
    return buffer;
  }

  std::string why;
  std::unique_ptr<backend::Backend> on = GetParam().make(why);
};

#define CURB_ON_EVERY_BACKEND(Suite)                                                          \
  INSTANTIATE_TEST_SUITE_P(Backends, Suite, ::testing::ValuesIn(::curb::testing::backends()), \
                           ::curb::testing::backend_name)

}  // namespace curb::testing

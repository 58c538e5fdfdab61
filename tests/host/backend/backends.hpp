// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The back ends that the tests of the seam run on, each by name: all must pass the same tests.
#pragma once

#include <gtest/gtest.h>

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
  std::function<std::unique_ptr<backend::Backend>()> make;
};

inline void PrintTo(const NamedBackend& named, std::ostream* out) { *out << named.name; }

inline std::vector<NamedBackend> backends() {
  return {{"cpu_1_thread", [] { return backend::make_cpu_backend(1); }},
          {"cpu_3_threads", [] { return backend::make_cpu_backend(3); }}};
}

inline std::string backend_name(const ::testing::TestParamInfo<NamedBackend>& info) {
  return info.param.name;
}

/// A test of one back end, `on`.
class BackendTest : public ::testing::TestWithParam<NamedBackend> {
 protected:
  template <class T>
  backend::Buffer<T> upload(const std::vector<T>& values) {
    backend::Buffer<T> buffer(*on, values.size());
    buffer.upload(values);
    return buffer;
  }

  std::unique_ptr<backend::Backend> on = GetParam().make();
};

#define CURB_ON_EVERY_BACKEND(Suite)                                                          \
  INSTANTIATE_TEST_SUITE_P(Backends, Suite, ::testing::ValuesIn(::curb::testing::backends()), \
                           ::curb::testing::backend_name)

}  // namespace curb::testing

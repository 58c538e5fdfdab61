// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Gradient addresses reach the device's table, however many launches carry them.
#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <vector>

#include "kernels/update.hpp"
#include "tests/simt/executor.hpp"

namespace curb::testing {
namespace {

TEST(BindGradients, WriteEveryAddressInOrder) {
  on_every_order([] {
    for (const std::size_t count : {0, 1, 499, 500, 501, 1203}) {
      SCOPED_TRACE(std::to_string(count) + " gradients");
      const std::vector<float> elements(count + 1);
      std::vector<const void*> gradients;
      for (std::size_t i = 0; i < count; ++i) {
        gradients.push_back(&elements[i]);
      }
      DeviceBuffer<const void*> table(count);
      kernels::launch_bind_gradients(table.data(), gradients.data(), count, nullptr);
      EXPECT_EQ(table.download(), gradients);
    }
  });
}

}  // namespace
}  // namespace curb::testing

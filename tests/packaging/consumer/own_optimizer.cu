// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// curb's element-wise kernel with an optimiser from outside: instantiated and linked, not run.
#include <curb/kernels/launch.cuh>
#include <curb/kernels/update_elements.cuh>

struct Halved {
  static constexpr int kStates = 0;
  static constexpr bool kDiagonalMetric = false;
  static constexpr bool kCumulativeL1 = false;
  CURB_HOST_DEVICE curb::rules::Direction direction(const curb::rules::Coefficients&, float g,
                                                    float*) const {
    return {curb::rules::mul(0.5f, g), 1.0f};
  }
};

int main() {
  using namespace curb::kernels;
  launch<update_elements<Halved>>({dim3(0), dim3(kElementThreads)}, nullptr, Halved{}, StepTables{},
                                  nullptr);  // an empty grid launches nothing
  return 0;
}

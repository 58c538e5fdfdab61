// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Cases that cover every pair of settings, on the CUDA executor against the host, bit for bit. The
// host's own truth is the double reference (tests/cases/case_matrix_test.cpp).
#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdio>
#include <curb/curb.hpp>
#include <memory>
#include <vector>

#include "tests/cases/case.hpp"
#include "tests/cases/case_problem.hpp"
#include "tests/kernels/plan_memory.hpp"
#include "tests/simt/executor.hpp"

namespace curb::testing {
namespace {

/// A case on a device.
class CaseRun {
 public:
  CaseRun(const Device& device, const CaseProblem& problem) {
    for (const Bytes& bytes : problem.arrays().bytes) {
      memory_.push_back(std::make_unique<PlanMemory>(device, bytes));
    }
    Tensor tensor = problem.tensor();
    attach([this](TensorArrays::Name name) { return array(name).data(); }, tensor);
    const Case& c = problem.settings();
    plan_ = std::make_unique<Plan>(device, std::vector<Group>{group_of(c)},
                                   std::vector<Tensor>{tensor}, options_of(c));
    void* gradient = array(TensorArrays::gradient).data();
    if (c.zero_gradients) {
      plan_->bind_writable_gradients({gradient});
    } else {
      plan_->bind_gradients({gradient});
    }
  }

  void step(const Bytes& gradient) {
    array(TensorArrays::gradient).upload(gradient);
    plan_->step();
  }

  std::vector<Bytes> download() const {
    std::vector<Bytes> result;
    for (const auto& memory : memory_) result.push_back(memory->download());
    return result;
  }

  StepStatistics statistics() const { return plan_->statistics(); }

 private:
  PlanMemory& array(TensorArrays::Name name) { return *memory_[static_cast<std::size_t>(name)]; }

  std::vector<std::unique_ptr<PlanMemory>> memory_;
  std::unique_ptr<Plan> plan_;
};

TEST(CoveringCases, GiveTheSameBitsOnHostAndDevice) {
  const std::vector<Case> cases = covering_cases();
  std::printf("%zu cases cover every pair of settings\n", cases.size());
  on_every_order([&] {
    for (const Case& c : cases) {
      SCOPED_TRACE(name_of(c));
      const CaseProblem problem(c);
      CaseRun host(Device::cpu(), problem);
      CaseRun device(Device::cuda(0), problem);
      for (int step = 0; step < CaseProblem::kSteps; ++step) {
        host.step(problem.gradient(step));
        device.step(problem.gradient(step));
        EXPECT_EQ(device.download(), host.download()) << "step " << step;
      }
      EXPECT_EQ(device.statistics().clamped_rows, host.statistics().clamped_rows);
      EXPECT_EQ(device.statistics().skipped_steps, host.statistics().skipped_steps);
      EXPECT_EQ(device.statistics().gradient_norm, host.statistics().gradient_norm);
      if (::testing::Test::HasFailure()) return;
    }
  });
}

}  // namespace
}  // namespace curb::testing

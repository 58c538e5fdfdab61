// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The unfused step on the host, by Thrust's OpenMP system: the result is the fused step's.
#include "kernels/unfused/unfused.hpp"

#include <gtest/gtest.h>
#include <omp.h>

#include <stdexcept>

#include "tests/kernels/unfused_cases.hpp"

namespace curb::testing {
namespace {

using kernels::unfused::MakeStep;

struct Host {
  template <class T>
  class Buffer {
   public:
    explicit Buffer(std::vector<T> values) : values_(std::move(values)) {}
    T* data() { return values_.data(); }
    const T* data() const { return values_.data(); }
    const std::vector<T>& download() const { return values_; }

   private:
    std::vector<T> values_;
  };

  template <class... Arguments>
  static std::unique_ptr<Step> make_step(Arguments... arguments) {
    return kernels::unfused::make_step_baseline(arguments...);
  }
};

/// On arrays as small as these, threads do little but wait for each other.
class Unfused : public ::testing::Test {
 protected:
  void SetUp() override { omp_set_num_threads(1); }
};

TEST_F(Unfused, IsTheFusedStep) { expect_fused_result<Host>(); }
TEST_F(Unfused, IsTheReference) { expect_reference_result<Host>(); }
TEST_F(Unfused, LeavesRowsInsideTheBallAlone) { expect_rows_inside_untouched<Host>(); }

#if defined(CURB_X86_64_LEVELS)
struct HostV3 : Host {
  template <class... Arguments>
  static std::unique_ptr<Step> make_step(Arguments... arguments) {
    return kernels::unfused::make_step_x86_64_v3(arguments...);
  }
};
struct HostV4 : Host {
  template <class... Arguments>
  static std::unique_ptr<Step> make_step(Arguments... arguments) {
    return kernels::unfused::make_step_x86_64_v4(arguments...);
  }
};

TEST_F(Unfused, IsTheFusedStepWithAvx2) {
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) {
    GTEST_SKIP() << "no AVX2";
  }
  expect_fused_result<HostV3>();
}

TEST_F(Unfused, IsTheFusedStepWithAvx512) {
  if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512vl")) {
    GTEST_SKIP() << "no AVX-512";
  }
  expect_fused_result<HostV4>();
}
#endif

UnfusedCase case_named(const std::string& name) {
  for (const UnfusedCase& c : unfused_cases()) {
    if (c.name == name) return c;
  }
  throw std::invalid_argument(name);
}

TEST_F(Unfused, IsTheSameWithMoreThreads) {
  const UnfusedInput input;
  const UnfusedCase c = case_named("momentum_everything");
  const UnfusedResult one = run_unfused<Host>(c, input, Passes::each_operation);
  omp_set_num_threads(3);
  const UnfusedResult three = run_unfused<Host>(c, input, Passes::each_operation);
  EXPECT_TRUE(same_bits(three.weight, one.weight));
  EXPECT_TRUE(same_bits(three.state[0], one.state[0]));
}

struct Cost {
  const char* name;
  Passes passes;
  int number;
  int bytes;
  int rescaling;
};

// Reads and writes of 4 bytes, counted by hand from the list of passes.
TEST_F(Unfused, CostsWhatItsPassesMove) {
  const Cost costs[] = {
      {"sgd_none", Passes::each_operation, 1, 12, 0},
      {"sgd_none", Passes::zipped_optimizer, 1, 12, 0},
      {"sgd_coupled_l2", Passes::each_operation, 2, 24, 0},
      {"sgd_coupled_l2", Passes::zipped_optimizer, 1, 12, 0},
      {"momentum_none", Passes::each_operation, 2, 24, 0},
      {"momentum_elastic_net", Passes::each_operation, 3, 32, 0},
      {"momentum_elastic_net", Passes::zipped_optimizer, 2, 28, 0},
      {"momentum_elastic_net_max_norm", Passes::each_operation, 6, 36, 8},
      {"momentum_elastic_net_max_norm", Passes::zipped_optimizer, 5, 32, 8},
      {"nesterov_none", Passes::each_operation, 2, 28, 0},
      {"adam_elastic_net", Passes::each_operation, 3, 48, 0},
      {"adam_elastic_net", Passes::zipped_optimizer, 2, 40, 0},
  };
  const UnfusedInput input;
  for (const Cost& cost : costs) {
    SCOPED_TRACE(cost.name);
    Traffic traffic;
    run_unfused<Host>(case_named(cost.name), input, cost.passes, &traffic);
    const auto size = static_cast<std::int64_t>(UnfusedInput::kSize);
    EXPECT_EQ(traffic.passes, cost.number);
    EXPECT_EQ(traffic.bytes, cost.bytes * size);
    EXPECT_EQ(traffic.rescaling, cost.rescaling * size);
  }
}

TEST_F(Unfused, RefusesWhatNoFewPassesCanDo) {
  rules::Modes cumulative;
  cumulative.l1 = rules::L1Mode::cumulative;
  EXPECT_THROW(Host::make_step(cumulative, Passes::each_operation, 2, 2), std::invalid_argument);

  rules::Modes adam;
  adam.optimizer = rules::OptimizerKind::adam;
  adam.max_norm = rules::MaxNormMode::exact;
  const std::unique_ptr<Step> step = Host::make_step(adam, Passes::zipped_optimizer, 2, 2);
  rules::Coefficients exact;
  exact.max_norm = 1.0f;
  exact.max_norm_exact = true;
  EXPECT_THROW(step->run(exact, {}, nullptr), std::invalid_argument);
  rules::Coefficients group;
  group.group_lasso = 1.0f;
  EXPECT_THROW(step->run(group, {}, nullptr), std::invalid_argument);
}

}  // namespace
}  // namespace curb::testing

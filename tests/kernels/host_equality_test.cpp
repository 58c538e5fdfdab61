// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The same plan on the CPU and on the device: the host's loops and the kernels give the same bits.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <curb/curb.hpp>
#include <memory>
#include <string>
#include <vector>

#include "tests/kernels/device_step.hpp"
#include "tests/kernels/expect.hpp"
#include "tests/kernels/serial_step.hpp"
#include "tests/kernels/values.hpp"
#include "tests/simt/executor.hpp"

namespace curb::testing {
namespace {

/// Every optimiser with the penalties and modes that go with it; adamw has no row stages.
std::vector<Group> all_groups() {
  Group everything;
  everything.modes.l2 = L2Mode::prox;
  everything.hyperparameters.learning_rate = 0.02f;
  everything.hyperparameters.l1 = 0.05f;
  everything.hyperparameters.l2 = 0.5f;
  everything.hyperparameters.group_lasso = 0.1f;
  everything.hyperparameters.max_norm = 1.0f;
  const auto with = [&](const char* name, OptimizerKind optimizer) {
    Group group = everything;
    group.name = name;
    group.modes.optimizer = optimizer;
    return group;
  };
  std::vector<Group> groups = {with("sgd", OptimizerKind::sgd),
                               with("cumulative", OptimizerKind::sgd),
                               with("momentum", OptimizerKind::momentum),
                               with("nesterov", OptimizerKind::nesterov),
                               with("adam", OptimizerKind::adam),
                               with("adam exact", OptimizerKind::adam),
                               with("adam outgoing", OptimizerKind::adam),
                               with("adamw", OptimizerKind::adam),
                               with("adagrad", OptimizerKind::adagrad),
                               with("rmsprop exact", OptimizerKind::rmsprop)};
  groups[1].modes.l1 = L1Mode::cumulative;
  groups[2].modes.l1 = L1Mode::sign;
  groups[3].modes.non_negative = true;
  groups[5].modes.max_norm = MaxNormMode::exact;
  groups[6].hyperparameters.max_norm = rules::kInfinity;
  groups[6].group_lasso_over = GroupLassoOver::outgoing;
  groups[7].hyperparameters.group_lasso = 0.0f;
  groups[7].hyperparameters.max_norm = rules::kInfinity;
  groups[7].hyperparameters.weight_decay = 0.1f;
  groups[9].modes.max_norm = MaxNormMode::exact;
  return groups;
}

struct Shape {
  std::int64_t rows;
  std::int64_t columns;
  std::int64_t padding;
  Incoming incoming;
  bool masked;
  bool bias;
};

/// Every tier, with quads and without, and a bias.
std::vector<Shape> all_shapes() {
  constexpr Incoming row = Incoming::row;
  constexpr Incoming column = Incoming::column;
  std::vector<Shape> shapes = {{9, 64, 0, row, true, false},    {5, 37, 3, row, false, false},
                               {2, 700, 4, row, true, false},   {2, 1500, 1, row, false, false},
                               {40, 9, 0, column, true, false}, {600, 3, 2, column, false, false},
                               {1, 50, 0, row, false, true}};
  if (!sanitized()) {
    shapes.insert(shapes.end(), {{2, 3000, 0, row, false, false},
                                 {1, 6001, 0, row, false, false},
                                 {2, 8200, 0, row, true, false}});
  }
  return shapes;
}

/// A plan, its tensors on the host, and their copies on the device if the plan is there.
class PlanRun {
 public:
  PlanRun(const Device& device, const std::vector<HostTensor>& tensors,
          const std::vector<Tensor>& descriptions)
      : tensors_(tensors) {
    std::vector<Tensor> bound = descriptions;
    for (std::size_t t = 0; t < tensors_.size(); ++t) {
      HostTensor& host = tensors_[t];
      if (device.kind == Device::Kind::cuda) {
        on_device_.push_back(std::make_unique<DeviceTensor>(host, Offsets{t % 2, t % 3, 0, 0}));
        DeviceTensor& copy = *on_device_.back();
        bound[t].parameter = copy.weight();
        for (std::size_t s = 0; s < 2; ++s) bound[t].state[s] = copy.state(s);
        bound[t].mask = copy.mask();
        gradients_.push_back(copy.gradient());
      } else {
        bound[t].parameter = host.weight.data();
        for (std::size_t s = 0; s < 2; ++s) bound[t].state[s] = host.state[s].data();
        bound[t].mask = host.mask.empty() ? nullptr : host.mask.data();
        gradients_.push_back(host.gradient.data());
      }
    }
    PlanOptions options;
    options.clip_norm = 40.0f;
    options.statistics = true;
    plan_ = std::make_unique<Plan>(device, all_groups(), bound, options);
    plan_->bind_gradients(gradients_);
  }

  Plan& plan() { return *plan_; }

  /// As they are now, wherever they live.
  const std::vector<HostTensor>& tensors() {
    for (std::size_t t = 0; t < on_device_.size(); ++t) on_device_[t]->download(tensors_[t]);
    return tensors_;
  }

 private:
  std::vector<HostTensor> tensors_;
  std::vector<std::unique_ptr<DeviceTensor>> on_device_;
  std::vector<const void*> gradients_;
  std::unique_ptr<Plan> plan_;
};

HostTensor random_tensor(const Shape& shape, const Modes& modes, RandomFloats& random) {
  HostTensor tensor;
  tensor.rows = shape.rows;
  tensor.columns = shape.columns;
  tensor.leading_dimension = shape.columns + shape.padding;
  const std::int64_t length = shape.incoming == Incoming::row ? shape.columns : shape.rows;
  tensor.weight = random.uniform(tensor.size(), 4.0f / std::sqrt(static_cast<float>(length)));
  tensor.gradient = random.uniform(tensor.size());
  for (std::size_t s = 0; s < static_cast<std::size_t>(state_count(modes)); ++s) {
    tensor.state[s].assign(tensor.size(), 0.0f);
  }
  if (shape.masked) tensor.mask = random.mask(tensor.size());
  return tensor;
}

struct Problem {
  std::vector<HostTensor> tensors;
  std::vector<Tensor> descriptions;
};

/// Every shape in every group; under a sanitizer every second one.
Problem random_problem() {
  RandomFloats random(1);
  const std::vector<Group> groups = all_groups();
  Problem problem;
  std::size_t turn = 0;
  for (std::size_t g = 0; g < groups.size(); ++g) {
    const bool outgoing = groups[g].group_lasso_over == GroupLassoOver::outgoing;
    for (const Shape& shape : all_shapes()) {
      if (sanitized() && ++turn % 2 == 0) continue;
      // Long rows are many short columns then: slow on the emulator, and nothing new.
      if (outgoing && shape.columns > 100) continue;
      const HostTensor& host =
          problem.tensors.emplace_back(random_tensor(shape, groups[g].modes, random));
      Tensor description;
      description.name = groups[g].name + " " + std::to_string(problem.tensors.size());
      description.group = g;
      description.rows = host.rows;
      description.columns = host.columns;
      description.leading_dimension = host.leading_dimension;
      description.incoming = shape.incoming;
      description.regularised = !shape.bias;
      problem.descriptions.push_back(description);
    }
  }
  problem.tensors[1].weight[3] = std::nanf("");  // its row is left alone, and counted
  return problem;
}

/// The second begins with other hyper-parameters, and with states that are not 0. The race check
/// has seen every kernel after one.
void take_steps(Plan& plan) {
#ifdef CURB_SIMT
  constexpr int kSteps = simt::kRaceChecked ? 1 : 2;
#else
  constexpr int kSteps = 3;
#endif
  constexpr std::size_t kScheduled = 4;
  Hyperparameters h = all_groups()[kScheduled].hyperparameters;
  for (int step = 0; step < kSteps; ++step) {
    plan.set_hyperparameters(kScheduled, h);
    plan.step();
    h.learning_rate *= 0.7f;
  }
}

void expect_same_statistics(Plan& actual, Plan& expected) {
  actual.collect_statistics();
  expected.collect_statistics();
  const std::vector<TensorStatistics> found = actual.tensor_statistics();
  const std::vector<TensorStatistics> wanted = expected.tensor_statistics();
  ASSERT_EQ(found.size(), wanted.size());
  for (std::size_t t = 0; t < found.size(); ++t) {
    SCOPED_TRACE("tensor " + std::to_string(t));
    EXPECT_EQ(found[t].zeros, wanted[t].zeros);
    EXPECT_TRUE(found[t].penalty == wanted[t].penalty ||
                (std::isnan(found[t].penalty) && std::isnan(wanted[t].penalty)));
    EXPECT_EQ(found[t].clamped_rows, wanted[t].clamped_rows);
    EXPECT_EQ(found[t].non_finite_rows, wanted[t].non_finite_rows);
  }
}

TEST(HostEquality, EveryOutputBitOfThePlanIsEqual) {
  const Problem problem = random_problem();
  on_every_order([&] {
    PlanRun host(Device::cpu(), problem.tensors, problem.descriptions);
    PlanRun device(Device::cuda(0), problem.tensors, problem.descriptions);
    take_steps(host.plan());
    take_steps(device.plan());

    const std::vector<HostTensor>& expected = host.tensors();
    const std::vector<HostTensor>& actual = device.tensors();
    for (std::size_t t = 0; t < expected.size(); ++t) {
      SCOPED_TRACE(problem.descriptions[t].name);
      expect_same_arrays(actual[t], expected[t]);
    }
    const StepStatistics wanted = host.plan().statistics();
    const StepStatistics counted = device.plan().statistics();
    EXPECT_EQ(counted.clamped_rows, wanted.clamped_rows);
    EXPECT_EQ(counted.non_finite_rows, wanted.non_finite_rows);
    EXPECT_EQ(counted.gradient_norm, wanted.gradient_norm);
    EXPECT_GT(counted.gradient_norm, 40.0);
    EXPECT_GT(counted.clamped_rows, 0u);
    expect_same_statistics(device.plan(), host.plan());
    EXPECT_GT(counted.non_finite_rows, 0u);
    const std::vector<GroupState> states = device.plan().export_state();
    const std::vector<GroupState> expected_states = host.plan().export_state();
    ASSERT_EQ(states.size(), expected_states.size());
    for (std::size_t g = 0; g < states.size(); ++g)
      expect_same_state(states[g], expected_states[g]);
  });
}

}  // namespace
}  // namespace curb::testing

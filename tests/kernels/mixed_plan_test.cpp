// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// One plan over tensors of every form of storage, with all that a plan may do beside its groups'
// updates, on the CPU and on the device: the same bits, steps that are skipped among them.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <curb/curb.hpp>
#include <memory>
#include <string>
#include <vector>

#include "tests/cases/case_problem.hpp"
#include "tests/kernels/plan_memory.hpp"
#include "tests/kernels/stored_tensor.hpp"
#include "tests/kernels/values.hpp"
#include "tests/simt/executor.hpp"

namespace curb::testing {
namespace {

template <class T>
Bytes bytes_of(const std::vector<T>& values) {
  Bytes bytes(values.size() * sizeof(T));
  if (!bytes.empty()) std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

TensorArrays arrays_of(const StoredTensor& tensor) {
  const bool narrow = tensor.wide.gradient.empty();
  TensorArrays arrays;
  arrays.bytes = {
      bytes_of(tensor.wide.weight),
      bytes_of(tensor.bfloat16),
      bytes_of(tensor.remainder),
      narrow ? bytes_of(tensor.gradient) : bytes_of(tensor.wide.gradient),
      tensor.velocity.empty() ? bytes_of(tensor.wide.state[0]) : bytes_of(tensor.velocity),
      bytes_of(tensor.wide.state[1]),
      bytes_of(tensor.average),
      bytes_of(tensor.wide.mask)};
  return arrays;
}

struct Problem {
  std::vector<Group> groups;
  std::vector<Tensor> tensors;  // without their pointers
  std::vector<TensorArrays> arrays;
};

/// A tensor of every second form for each optimiser, in rows, columns, or as a bias.
Problem make_problem() {
  RandomFloats random(1);
  Problem problem;
  std::size_t turn = 0;
  for (const OptimizerKind kind :
       {OptimizerKind::sgd, OptimizerKind::nesterov, OptimizerKind::adam, OptimizerKind::rmsprop}) {
    Group group;
    group.name = "group " + std::to_string(problem.groups.size());
    group.modes.optimizer = kind;
    group.modes.l2 = L2Mode::prox;
    group.hyperparameters.learning_rate = 0.02f;
    group.hyperparameters.l1 = 0.05f;
    group.hyperparameters.l2 = 0.5f;
    group.hyperparameters.group_lasso = 0.1f;
    group.hyperparameters.max_norm = 1.0f;
    group.hyperparameters.gradient_scale = 0.25f;
    group.hyperparameters.ema_decay = 0.9f;
    const kernels::UpdateKind update = kernels::update_kind(group.modes);
    for (Form form : all_forms(update)) {
      form.zero_gradient = true;  // of all or of none
      if (turn++ % test_size(2, 5) != 0) continue;
      HostTensor host;
      host.rows = turn % 3 == 0 ? 1 : 5 + static_cast<std::int64_t>(turn % 7);
      host.columns = 9 + static_cast<std::int64_t>(turn % 31);
      host.leading_dimension = host.columns + static_cast<std::int64_t>(turn % 4);
      host.weight = random.uniform(host.size());
      host.gradient = random.uniform(host.size());
      for (int s = 0; s < state_count(group.modes); ++s) {
        host.state[static_cast<std::size_t>(s)].assign(host.size(), 0.0f);
      }
      if (turn % 5 == 0) host.mask = random.mask(host.size());
      Tensor tensor;
      tensor.name = "tensor " + std::to_string(turn) + ": " + describe(form);
      tensor.group = problem.groups.size();
      tensor.rows = host.rows;
      tensor.columns = host.columns;
      tensor.leading_dimension = host.leading_dimension;
      tensor.incoming = turn % 2 == 0 ? Incoming::row : Incoming::column;
      tensor.regularised = host.rows > 1;
      tensor.storage = form.storage;
      tensor.gradient_type = form.gradient;
      if (form.narrow_velocity) tensor.state_type[0] = DataType::bfloat16;
      problem.tensors.push_back(tensor);
      problem.arrays.push_back(arrays_of(store(host, form, random)));
    }
    problem.groups.push_back(group);
  }
  return problem;
}

/// A plan over the problem, and the scalars that it reads.
class PlanRun {
 public:
  PlanRun(const Device& device, const Problem& problem)
      : loss_scale_(device, bytes_of<float>({4.0f})), found_(device, bytes_of<float>({0.0f})) {
    std::vector<Tensor> tensors = problem.tensors;
    std::vector<void*> gradients;
    for (std::size_t t = 0; t < tensors.size(); ++t) {
      for (const Bytes& bytes : problem.arrays[t].bytes) {
        memory_.push_back(std::make_unique<PlanMemory>(device, bytes));
      }
      const auto at = [&](TensorArrays::Name name) { return array(t, name).data(); };
      attach(at, tensors[t]);
      gradients.push_back(at(TensorArrays::gradient));
    }
    PlanOptions options;
    options.clip_norm = 1.0f;
    options.skip_non_finite = true;
    options.loss_scale = static_cast<const float*>(loss_scale_.data());
    options.found_inf = static_cast<const float*>(found_.data());
    options.zero_gradients = true;
    options.statistics = true;
    options.seed = 3;
    plan_ = std::make_unique<Plan>(device, problem.groups, tensors, options);
    plan_->bind_writable_gradients(gradients);
  }

  Plan& plan() { return *plan_; }
  PlanMemory& found() { return found_; }
  PlanMemory& array(std::size_t tensor, TensorArrays::Name name) {
    return *memory_[tensor * TensorArrays::count + static_cast<std::size_t>(name)];
  }

 private:
  std::vector<std::unique_ptr<PlanMemory>> memory_;
  PlanMemory loss_scale_;
  PlanMemory found_;
  std::unique_ptr<Plan> plan_;
};

/// NaN equals NaN in fp32 arrays; in 16 bits it has one pattern.
void expect_same(const Problem& problem, PlanRun& actual, PlanRun& expected) {
  for (std::size_t t = 0; t < problem.tensors.size(); ++t) {
    SCOPED_TRACE(problem.tensors[t].name);
    for (int name = 0; name < TensorArrays::count; ++name) {
      EXPECT_EQ(actual.array(t, static_cast<TensorArrays::Name>(name)).download(),
                expected.array(t, static_cast<TensorArrays::Name>(name)).download())
          << "array " << name;
    }
  }
  const StepStatistics counted = actual.plan().statistics();
  const StepStatistics wanted = expected.plan().statistics();
  EXPECT_EQ(counted.clamped_rows, wanted.clamped_rows);
  EXPECT_EQ(counted.skipped_steps, wanted.skipped_steps);
  EXPECT_EQ(counted.gradient_norm, wanted.gradient_norm);
  actual.plan().collect_statistics();
  expected.plan().collect_statistics();
  const std::vector<TensorStatistics> tensors = actual.plan().tensor_statistics();
  const std::vector<TensorStatistics> wanted_tensors = expected.plan().tensor_statistics();
  for (std::size_t t = 0; t < problem.tensors.size(); ++t) {
    EXPECT_EQ(tensors[t].zeros, wanted_tensors[t].zeros) << problem.tensors[t].name;
    EXPECT_EQ(tensors[t].penalty, wanted_tensors[t].penalty) << problem.tensors[t].name;
    EXPECT_EQ(tensors[t].clamped_rows, wanted_tensors[t].clamped_rows) << problem.tensors[t].name;
  }
}

TEST(MixedPlan, GivesTheSameBitsOnHostAndDevice) {
  const Problem problem = make_problem();
  RandomFloats random(2);
  std::vector<std::vector<Bytes>> gradients(4);
  for (std::vector<Bytes>& step : gradients) {
    for (const TensorArrays& arrays : problem.arrays) {
      Bytes bytes = arrays[TensorArrays::gradient];
      // Other numbers of the same size: the sign and the last bits of each byte pair change.
      for (std::size_t i = 1; i < bytes.size(); i += 2) {
        bytes[i] = static_cast<unsigned char>(bytes[i] ^ (random.uniform() < 0.0f ? 0x80 : 0));
      }
      step.push_back(bytes);
    }
  }
  // An fp32 gradient of the third step is infinite.
  const std::vector<float> infinite(problem.arrays[0][TensorArrays::gradient].size() / 4,
                                    rules::kInfinity);
  ASSERT_EQ(problem.tensors[0].gradient_type, DataType::float32);
  gradients[2][0] = bytes_of(infinite);

  on_every_order([&] {
    PlanRun host(Device::cpu(), problem);
    PlanRun device(Device::cuda(0), problem);
    for (std::size_t step = 0; step < gradients.size(); ++step) {
      SCOPED_TRACE("step " + std::to_string(step));
      for (PlanRun* run : {&host, &device}) {
        for (std::size_t t = 0; t < problem.tensors.size(); ++t) {
          run->array(t, TensorArrays::gradient).upload(gradients[step][t]);
        }
        run->found().upload(bytes_of<float>({step == 1 ? 1.0f : 0.0f}));
        run->plan().step();
      }
      expect_same(problem, device, host);
      if (::testing::Test::HasFailure()) return;
    }
    EXPECT_EQ(host.plan().statistics().skipped_steps, 2u);
    EXPECT_GT(host.plan().statistics().clamped_rows, 0u);
    EXPECT_GT(host.plan().statistics().gradient_norm, 1.0);
  });
}

}  // namespace
}  // namespace curb::testing

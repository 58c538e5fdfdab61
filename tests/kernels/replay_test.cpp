// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// A step captured once and replayed a thousand times, with hyper-parameters that change in between,
// against a thousand plain steps, bit for bit.
#include <cuda_runtime.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <curb/curb.hpp>
#include <memory>
#include <vector>

#include "kernels/launch.cuh"
#include "tests/kernels/device_step.hpp"
#include "tests/kernels/expect.hpp"
#include "tests/kernels/values.hpp"
#include "tests/rules/optimizer_kinds.hpp"
#include "tests/simt/executor.hpp"
#include "tests/simt/test_stream.hpp"

namespace curb::testing {
namespace {

using kernels::check;

Hyperparameters scheduled(int step) {
  Hyperparameters h;
  h.learning_rate = 0.02f / (1.0f + 0.01f * static_cast<float>(step));
  h.l1 = step < 100 ? 0.0f : 1e-3f * static_cast<float>(step % 7);
  h.l2 = 0.01f;
  h.max_norm = 2.0f;
  return h;
}

/// Two matrices of one group, one of them with rows of its own kind, after `steps` steps.
class Training {
 public:
  explicit Training(OptimizerKind kind) {
    RandomFloats random(1);
    group_.modes.optimizer = kind;
    group_.modes.l2 = L2Mode::prox;
    group_.hyperparameters = scheduled(0);
    for (const std::int64_t rows : {3, 1}) {
      HostTensor tensor;
      tensor.rows = rows;
      tensor.columns = tensor.leading_dimension = 33;
      tensor.weight = random.uniform(tensor.size());
      tensor.gradient = random.uniform(tensor.size());
      for (std::size_t s = 0; s < static_cast<std::size_t>(state_count(group_.modes)); ++s) {
        tensor.state[s].assign(tensor.size(), 0.0f);
      }
      host_.push_back(tensor);
      device_.push_back(std::make_unique<DeviceTensor>(tensor));
    }
    std::vector<Tensor> tensors = {Tensor::matrix("a", device_[0]->weight(), 3, 33),
                                   Tensor::vector("b", device_[1]->weight(), 33)};
    for (std::size_t t = 0; t < 2; ++t) {
      tensors[t].state[0] = device_[t]->state(0);
      tensors[t].state[1] = device_[t]->state(1);
    }
    PlanOptions options;
    options.clip_norm = 3.0f;
    plan_ = std::make_unique<Plan>(Device::cuda(0), std::vector<Group>{group_}, tensors, options);
    plan_->bind_gradients({device_[0]->gradient(), device_[1]->gradient()}, stream_);
  }

  void run_plain(int steps) {
    for (int step = 0; step < steps; ++step) {
      plan_->set_hyperparameters(0, scheduled(step), stream_);
      plan_->step(stream_);
    }
  }

  void run_replayed(int steps) {
    check(cudaStreamSynchronize(stream_), "waiting before the capture");
    check(cudaStreamBeginCapture(stream_, cudaStreamCaptureModeThreadLocal), "capturing");
    plan_->step(stream_);
    cudaGraph_t graph = nullptr;
    check(cudaStreamEndCapture(stream_, &graph), "ending the capture");
    cudaGraphExec_t executable = nullptr;
    check(cudaGraphInstantiate(&executable, graph, 0), "instantiating the graph");
    for (int step = 0; step < steps; ++step) {
      plan_->set_hyperparameters(0, scheduled(step), stream_);
      check(cudaGraphLaunch(executable, stream_), "replaying the graph");
    }
    check(cudaStreamSynchronize(stream_), "waiting for the replays");
    cudaGraphExecDestroy(executable);
    cudaGraphDestroy(graph);
  }

  const std::vector<HostTensor>& download() {
    check(cudaStreamSynchronize(stream_), "waiting for the steps");
    for (std::size_t t = 0; t < 2; ++t) device_[t]->download(host_[t]);
    return host_;
  }

  GroupState state() const { return plan_->export_state(stream_)[0]; }

 private:
  TestStream stream_;
  Group group_;
  std::vector<HostTensor> host_;
  std::vector<std::unique_ptr<DeviceTensor>> device_;
  std::unique_ptr<Plan> plan_;
};

void expect_replays_equal_steps(OptimizerKind kind, int steps) {
  Training plain(kind);
  plain.run_plain(steps);
  Training replayed(kind);
  replayed.run_replayed(steps);
  for (std::size_t t = 0; t < 2; ++t) {
    expect_same_arrays(replayed.download()[t], plain.download()[t]);
  }
  expect_same_state(replayed.state(), plain.state());
  EXPECT_EQ(plain.state().step, static_cast<std::uint64_t>(steps));
}

TEST(Replay, OfAThousandStepsEqualsAThousandSteps) {
  int steps = 1000;
#ifdef CURB_SIMT
  const simt::OrderScope order(simt::Order::seeded(1));
  if (simt::kRaceChecked) steps = 30;  // it takes its time over each access
#endif
  int devices = 0;
  if (cudaGetDeviceCount(&devices) != cudaSuccess) {
    on_every_order([] {});  // skips, or fails where a GPU is required
    return;
  }
  for (const OptimizerKind kind : {OptimizerKind::momentum, OptimizerKind::adam}) {
    expect_replays_equal_steps(kind, steps);
  }
}

TEST(Replay, EqualsPlainStepsInEveryOrder) {
  on_every_order([] {
    for (const OptimizerKind kind : kAllOptimizers) expect_replays_equal_steps(kind, 5);
  });
}

}  // namespace
}  // namespace curb::testing

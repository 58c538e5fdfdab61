// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The C API on CUDA: the CPU's bits, what a step asks of the runtime, capture, and what is refused.
#include <memory>

#include "tests/host/capi/layer.hpp"
#include "tests/simt/executor.hpp"
#include "tests/simt/test_stream.hpp"

namespace curb::testing {
namespace {

/// A layer whose arrays are on the device; those of the Layer keep what they began with.
struct DeviceLayer : Layer {
  DeviceBuffer<float> device_weight{weight};
  DeviceBuffer<float> device_bias{bias};
  DeviceBuffer<float> device_weight_gradient{weight_gradient};
  DeviceBuffer<float> device_bias_gradient{bias_gradient};
  DeviceBuffer<float> device_states[4] = {
      DeviceBuffer<float>(weight_state[0]), DeviceBuffer<float>(weight_state[1]),
      DeviceBuffer<float>(bias_state[0]), DeviceBuffer<float>(bias_state[1])};

  DeviceLayer() {
    options.device_kind = CURB_CUDA;
    tensors[0].parameter = device_weight.data();
    tensors[1].parameter = device_bias.data();
    for (int t = 0; t < 2; ++t) {
      for (int s = 0; s < 2; ++s) tensors[t].state[s] = device_states[2 * t + s].data();
    }
  }

  curb_status bind(curb_plan* plan, cudaStream_t stream) const {
    const void* const gradients[] = {device_weight_gradient.data(), device_bias_gradient.data()};
    return curb_plan_bind_gradients(plan, gradients, 2, stream);
  }
};

void expect_named(const std::string& named) {
  EXPECT_NE(std::string(curb_error_detail()).find(named), std::string::npos)
      << "the message '" << curb_error_detail() << "' does not name " << named;
}

TEST(CApiOnCuda, StepsAsOnTheCpu) {
  on_every_order([] {
    Layer cpu;
    PlanHandle expected;
    ASSERT_CURB_OK(curb_plan_create(expected, &cpu.options));
    cpu.take_steps(expected, 3);

    DeviceLayer layer;
    PlanHandle plan;
    ASSERT_CURB_OK(curb_plan_create(plan, &layer.options));
    ASSERT_CURB_OK(layer.bind(plan, nullptr));
    for (int i = 0; i < 3; ++i) ASSERT_CURB_OK(curb_plan_step(plan, nullptr));
    EXPECT_EQ(layer.device_weight.download(), cpu.weight);
    EXPECT_EQ(layer.device_bias.download(), cpu.bias);
  });
}

// Everything that may be enqueued, with what CUDA was asked for it.
TEST(CApiOnCuda, NeitherAllocatesNorWaits) {
  on_every_order([] {
    DeviceLayer layer;
    layer.options.clip_norm = 1.0f;
    layer.options.statistics = 1;
    PlanHandle plan;
    ASSERT_CURB_OK(curb_plan_create(plan, &layer.options));
    const TestStream stream;
#ifdef CURB_SIMT
    simt::reset_counts();
#endif
    ASSERT_CURB_OK(layer.bind(plan, stream));
    ASSERT_CURB_OK(curb_plan_set_hyperparameters(plan, 0, &layer.hyperparameters, stream));
    ASSERT_CURB_OK(curb_plan_step(plan, stream));
    ASSERT_CURB_OK(curb_plan_collect_statistics(plan, stream));
#ifdef CURB_SIMT
    const simt::Counts counts = simt::counts();
    EXPECT_EQ(counts.allocations, 0);
    EXPECT_EQ(counts.frees, 0);
    EXPECT_EQ(counts.host_waits, 0);
    EXPECT_EQ(counts.copies, 0);
    EXPECT_EQ(counts.memsets, 0);
    EXPECT_EQ(counts.launches.at("advance_guarded_groups"), 1);
    EXPECT_EQ(counts.launches.at("write_pointers"), 1);
#endif
    kernels::check(cudaStreamSynchronize(stream), "waiting for the steps");
  });
}

// One captured iteration, replayed: it is that many steps, and sees new hyper-parameters.
TEST(CApiOnCuda, IsCapturedAndReplayed) {
  on_every_order([] {
    DeviceLayer eager;
    DeviceLayer captured;
    PlanHandle plans[2];
    ASSERT_CURB_OK(curb_plan_create(plans[0], &eager.options));
    ASSERT_CURB_OK(curb_plan_create(plans[1], &captured.options));
    const TestStream stream;
    cudaGraph_t graph = nullptr;
    cudaGraphExec_t iteration = nullptr;
    ASSERT_EQ(cudaStreamBeginCapture(stream, cudaStreamCaptureModeGlobal), cudaSuccess);
    ASSERT_CURB_OK(captured.bind(plans[1], stream));
    ASSERT_CURB_OK(curb_plan_step(plans[1], stream));
    ASSERT_EQ(cudaStreamEndCapture(stream, &graph), cudaSuccess);
    ASSERT_EQ(cudaGraphInstantiate(&iteration, graph, 0), cudaSuccess);

    ASSERT_CURB_OK(eager.bind(plans[0], stream));
    for (const float rate : {0.1f, 0.01f}) {
      for (int p = 0; p < 2; ++p) {
        eager.hyperparameters.learning_rate = rate;
        ASSERT_CURB_OK(curb_plan_set_hyperparameters(plans[p], 0, &eager.hyperparameters, stream));
      }
      for (int i = 0; i < 2; ++i) {
        ASSERT_CURB_OK(curb_plan_step(plans[0], stream));
        ASSERT_EQ(cudaGraphLaunch(iteration, stream), cudaSuccess);
      }
    }
    curb_group_state state;
    ASSERT_CURB_OK(curb_group_state_init(&state, sizeof state));
    ASSERT_CURB_OK(curb_plan_export_state(plans[1], &state, 1, stream));
    EXPECT_EQ(state.step, 4u);
    EXPECT_EQ(captured.device_weight.download(), eager.device_weight.download());
    EXPECT_NE(captured.device_weight.download(), captured.weight);
    EXPECT_EQ(cudaGraphExecDestroy(iteration), cudaSuccess);
    EXPECT_EQ(cudaGraphDestroy(graph), cudaSuccess);
  });
}

TEST(CApiOnCuda, NoSuchDeviceIsAStatusOfItsOwn) {
  on_every_order([] {
    DeviceLayer layer;
    layer.options.device_index = 99;
    PlanHandle plan;
    EXPECT_EQ(curb_plan_create(plan, &layer.options), CURB_NO_DEVICE);
    expect_named("no CUDA device 99");
  });
}

TEST(CApiOnCuda, MemoryOfTheHostIsRefusedByName) {
  on_every_order([] {
    DeviceLayer layer;
    int pageable = 0;
    kernels::check(cudaDeviceGetAttribute(&pageable, cudaDevAttrPageableMemoryAccess, 0), "device");
    if (pageable != 0) GTEST_SKIP() << "this device can reach all memory of the host";
    PlanHandle plan;
    layer.tensors[1].state[1] = layer.bias_state[1].data();
    EXPECT_EQ(curb_plan_create(plan, &layer.options), CURB_INVALID_ARGUMENT);
    expect_named("tensor 'bias' (state[1]): is not in memory that a CUDA device can reach");
    layer.tensors[1].state[1] = layer.device_states[3].data();
    ASSERT_CURB_OK(curb_plan_create(plan, &layer.options));

    const void* const gradients[] = {layer.device_weight_gradient.data(),
                                     layer.bias_gradient.data()};
    EXPECT_EQ(curb_plan_bind_gradients(plan, gradients, 2, nullptr), CURB_INVALID_ARGUMENT);
    expect_named("the gradient of tensor 'bias' is not in memory");
    EXPECT_EQ(curb_plan_step(plan, nullptr), CURB_INVALID_ARGUMENT) << "nothing is bound";
    ASSERT_CURB_OK(layer.bind(plan, nullptr));
    EXPECT_CURB_OK(curb_plan_step(plan, nullptr));
  });
}

}  // namespace
}  // namespace curb::testing

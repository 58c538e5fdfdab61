// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The unfused step on a GPU, by Thrust's CUDA system and CUB: the result is that of the fused step
// on the host. The emulator runs no Thrust, so that this test needs a GPU.
#include <gtest/gtest.h>

#include "kernels/launch.cuh"
#include "tests/kernels/unfused_cases.hpp"
#include "tests/simt/executor.hpp"

namespace curb::testing {
namespace {

struct Gpu {
  template <class T>
  using Buffer = DeviceBuffer<T>;

  template <class... Arguments>
  static std::unique_ptr<Step> make_step(Arguments... arguments) {
    return kernels::unfused::make_step_cuda(arguments...);
  }
};

TEST(UnfusedGpu, IsTheFusedStep) {
  on_every_order([] { expect_fused_result<Gpu>(); });
}
TEST(UnfusedGpu, IsTheReference) {
  on_every_order([] { expect_reference_result<Gpu>(); });
}
TEST(UnfusedGpu, LeavesRowsInsideTheBallAlone) {
  on_every_order([] { expect_rows_inside_untouched<Gpu>(); });
}

// Nothing in a step may wait or allocate: a captured step then does what the same step does.
TEST(UnfusedGpu, CanBeCaptured) {
  on_every_order([] {
    using kernels::check;
    const UnfusedInput input;
    for (const Passes passes : {Passes::each_operation, Passes::zipped_optimizer}) {
      for (const UnfusedCase& c : unfused_cases()) {
        SCOPED_TRACE(c.name);
        const rules::Modes modes = from_reference(c.modes);
        rules::FilterState filter;
        const rules::Coefficients coefficients =
            rules::advance(modes, from_reference(c.hyper), filter);
        const std::unique_ptr<Step> step =
            Gpu::make_step(modes, passes, UnfusedInput::kRows, UnfusedInput::kColumns);
        std::vector<float> results[2];
        for (const bool captured : {false, true}) {
          DeviceBuffer<float> weight(input.weight);
          DeviceBuffer<float> gradient(input.gradients[0]);
          DeviceBuffer<float> state0(std::vector<float>(UnfusedInput::kSize));
          DeviceBuffer<float> state1(std::vector<float>(UnfusedInput::kSize));
          const Matrix matrix{weight.data(),
                              gradient.data(),
                              {state0.data(), state1.data()},
                              UnfusedInput::kRows,
                              UnfusedInput::kColumns};
          cudaStream_t stream;
          check(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), "making a stream");
          if (captured) {
            cudaGraph_t graph;
            cudaGraphExec_t executable;
            check(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal), "capturing");
            step->run(coefficients, matrix, stream);
            check(cudaStreamEndCapture(stream, &graph), "ending the capture");
            check(cudaGraphInstantiate(&executable, graph, 0), "instantiating the graph");
            check(cudaGraphLaunch(executable, stream), "launching the graph");
            check(cudaStreamSynchronize(stream), "waiting for the graph");
            check(cudaGraphExecDestroy(executable), "destroying the graph");
            check(cudaGraphDestroy(graph), "destroying the graph");
          } else {
            step->run(coefficients, matrix, stream);
            check(cudaStreamSynchronize(stream), "waiting for the step");
          }
          check(cudaStreamDestroy(stream), "destroying the stream");
          results[captured ? 1 : 0] = weight.download();
        }
        EXPECT_TRUE(same_bits(results[1], results[0]));
        EXPECT_FALSE(same_bits(results[0], input.weight));
      }
    }
  });
}

}  // namespace
}  // namespace curb::testing

// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Stream capture, and graphs made of it.
#include <algorithm>
#include <utility>

#include "tests/simt/stream.hpp"

namespace simt {
namespace {

// Runs the nodes in an order that obeys their dependencies and is otherwise open: the order of
// capture, or a seeded one while streams are deferred.
void run(const std::vector<CUgraph_st::Node>& nodes) {
  std::vector<bool> done(nodes.size(), false);
  for (std::size_t finished = 0; finished < nodes.size(); ++finished) {
    std::vector<std::size_t> able;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      const auto& after = nodes[i].after;
      if (!done[i] &&
          std::all_of(after.begin(), after.end(), [&](std::size_t k) { return done[k]; })) {
        able.push_back(i);
      }
    }
    const std::size_t next = able[deferred_choice(able.size())];
    done[next] = true;
    mutable_counts().graph_kernels += nodes[next].work == Work::kernel;
    tick();
    nodes[next].run();
  }
}

// Whether every node that streams other than `origin` end in comes before the end of `origin`.
bool is_joined(const CUgraph_st& graph, const CUstream_st& origin) {
  std::vector<bool> reached(graph.nodes.size(), false);
  std::vector<std::size_t> open = origin.last;
  while (!open.empty()) {
    const std::size_t node = open.back();
    open.pop_back();
    if (reached[node]) continue;
    reached[node] = true;
    open.insert(open.end(), graph.nodes[node].after.begin(), graph.nodes[node].after.end());
  }
  return std::all_of(streams().begin(), streams().end(), [&](const CUstream_st* stream) {
    return stream->capture != &graph ||
           std::all_of(stream->last.begin(), stream->last.end(),
                       [&](std::size_t node) { return reached[node]; });
  });
}

}  // namespace
}  // namespace simt

using namespace simt;

cudaError_t cudaStreamBeginCapture(cudaStream_t stream, cudaStreamCaptureMode mode) {
  if (stream == nullptr) return fail(cudaErrorStreamCaptureUnsupported);
  if (is_capturing(stream)) return fail(cudaErrorIllegalState);
  stream->capture = new CUgraph_st;
  stream->capture->mode = mode;
  stream->began_capture = true;
  stream->last.clear();
  return cudaSuccess;
}

cudaError_t cudaStreamEndCapture(cudaStream_t stream, cudaGraph_t* graph) {
  *graph = nullptr;
  if (stream == nullptr || !is_capturing(stream)) return fail(cudaErrorIllegalState);
  if (!stream->began_capture) return fail(cudaErrorStreamCaptureUnmatched);
  CUgraph_st* captured = stream->capture;
  const bool joined = is_joined(*captured, *stream);
  for (CUstream_st* other : streams()) {
    if (other->capture != captured) continue;
    other->capture = nullptr;
    other->began_capture = false;
    other->last.clear();
  }
  if (captured->invalid || !joined) {
    const bool invalid = captured->invalid;
    delete captured;
    return fail(invalid ? cudaErrorStreamCaptureInvalidated : cudaErrorStreamCaptureUnjoined);
  }
  *graph = captured;
  return cudaSuccess;
}

cudaError_t cudaStreamIsCapturing(cudaStream_t stream, cudaStreamCaptureStatus* status) {
  const CUgraph_st* graph = stream_of(stream).capture;
  *status = graph == nullptr ? cudaStreamCaptureStatusNone
            : graph->invalid ? cudaStreamCaptureStatusInvalidated
                             : cudaStreamCaptureStatusActive;
  return cudaSuccess;
}

cudaError_t cudaGraphInstantiate(cudaGraphExec_t* executable, cudaGraph_t graph,
                                 unsigned long long) {
  *executable = new CUgraphExec_st{graph->nodes};
  return cudaSuccess;
}

cudaError_t cudaGraphLaunch(cudaGraphExec_t executable, cudaStream_t stream) {
  mutable_counts().graph_launches += !is_capturing(stream);
  return enqueue(stream, Work::other, [nodes = executable->nodes] { run(nodes); });
}

cudaError_t cudaGraphExecDestroy(cudaGraphExec_t executable) {
  delete executable;
  return cudaSuccess;
}

cudaError_t cudaGraphDestroy(cudaGraph_t graph) {
  delete graph;
  return cudaSuccess;
}

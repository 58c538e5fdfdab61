// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Streams, events and graphs as the runtime keeps them. Internal to the emulator.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <vector>

#include "tests/simt/runtime.hpp"

struct CUgraph_st {
  struct Node {
    simt::Work work;
    std::function<void()> run;
    std::vector<std::size_t> after;  // nodes that come first, by index
  };
  std::vector<Node> nodes;
  cudaStreamCaptureMode mode = cudaStreamCaptureModeGlobal;
  bool invalid = false;
};

struct CUgraphExec_st {
  std::vector<CUgraph_st::Node> nodes;
};

struct CUevent_st {
  unsigned flags = 0;
  std::uint64_t recorded = 0;           // how often
  std::uint64_t reached = 0;            // the record that its stream has come to
  double milliseconds = 0.0;            // when
  CUgraph_st* graph = nullptr;          // that was being captured at the last record
  std::vector<std::size_t> after = {};  // the nodes that it then stood for
};

struct CUstream_st {
  struct Operation {
    std::function<void()> run;
    cudaEvent_t event = nullptr;  // waited for, up to this record
    std::uint64_t record = 0;
  };
  bool blocking = true;  // joins the null stream
  std::deque<Operation> queue = {};
  CUgraph_st* capture = nullptr;
  bool began_capture = false;
  std::vector<std::size_t> last = {};  // nodes on which the next captured one depends
};

namespace simt {

// An operation happens: the device's clock goes on by a microsecond.
void tick();

CUstream_st& null_stream();
CUstream_st& stream_of(cudaStream_t stream);
std::vector<CUstream_st*>& streams();  // every one, the null stream first

}  // namespace simt

// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Streams and events. An operation happens at once, or, under DeferredStreams, when something
// waits for it, streams advancing in a seeded order.
#include "tests/simt/stream.hpp"

#include <algorithm>
#include <cstdint>
#include <deque>
#include <exception>
#include <optional>
#include <utility>

#include "tests/simt/error.hpp"
#include "tests/simt/scheduler.hpp"

namespace simt {
namespace {

std::optional<Random> deferred;  // set in the lifetime of a DeferredStreams

// The device's clock: every operation takes a microsecond, so that times are the same every time.
std::uint64_t microseconds = 0;
std::deque<float>* told_times = nullptr;  // in the lifetime of a ToldTimes

bool can_advance(const CUstream_st& stream) {
  if (stream.queue.empty()) return false;
  const CUstream_st::Operation& next = stream.queue.front();
  return next.event == nullptr || next.event->reached >= next.record;
}

// Lets one stream that can go on do its next operation; false when none can.
bool advance() {
  std::vector<CUstream_st*> able;
  for (CUstream_st* stream : streams()) {
    if (can_advance(*stream)) able.push_back(stream);
  }
  if (able.empty()) return false;
  CUstream_st& stream = *able[deferred_choice(able.size())];
  const CUstream_st::Operation operation = std::move(stream.queue.front());
  stream.queue.pop_front();
  if (operation.run) {
    const DeviceAccess access;
    tick();
    operation.run();
  }
  return true;
}

template <class Condition>
void advance_until(Condition holds) {
  while (!holds()) {
    if (!advance()) throw Error("simt: streams wait for one another");
  }
}

// The null stream waits for the blocking ones, and they for it.
bool is_joined(const CUstream_st& stream, const CUstream_st& other) {
  if (&stream == &other) return true;
  return &stream == &null_stream() ? other.blocking : stream.blocking && &other == &null_stream();
}

bool has_nothing_to_wait_for(const CUstream_st& stream) {
  return std::none_of(streams().begin(), streams().end(), [&](const CUstream_st* other) {
    return is_joined(stream, *other) && !other->queue.empty();
  });
}

// Work on the null stream would have to wait for a blocking stream that captures.
bool spoil_joined_captures() {
  bool any = false;
  for (CUstream_st* stream : streams()) {
    if (stream->capture != nullptr && stream->blocking) stream->capture->invalid = any = true;
  }
  return any;
}

cudaError_t enqueue(CUstream_st& stream, Work work, CUstream_st::Operation operation) {
  if (stream.capture != nullptr) {
    std::vector<CUgraph_st::Node>& nodes = stream.capture->nodes;
    nodes.push_back({work, std::move(operation.run), std::exchange(stream.last, {nodes.size()})});
    return cudaSuccess;
  }
  const bool is_null = &stream == &null_stream();
  if (is_null && spoil_joined_captures()) return fail(cudaErrorStreamCaptureImplicit);
  if (is_null || (stream.blocking && !null_stream().queue.empty())) {
    advance_until([&] { return has_nothing_to_wait_for(stream); });
  }
  stream.queue.push_back(std::move(operation));
  if (!deferred) advance_until([&] { return stream.queue.empty(); });
  return cudaSuccess;
}

}  // namespace

void tick() { ++microseconds; }

CUstream_st& null_stream() {
  static auto* stream = new CUstream_st;  // outlives every static destructor
  return *stream;
}

CUstream_st& stream_of(cudaStream_t stream) { return stream == nullptr ? null_stream() : *stream; }

std::vector<CUstream_st*>& streams() {
  static auto* all = new std::vector<CUstream_st*>{&null_stream()};
  return *all;
}

cudaError_t enqueue(cudaStream_t stream, Work work, std::function<void()> operation) {
  return enqueue(stream_of(stream), work, {std::move(operation)});
}

bool is_capturing(cudaStream_t stream) { return stream_of(stream).capture != nullptr; }

bool spoil_captures() {
  bool any = false;
  for (CUstream_st* stream : streams()) {
    if (stream->capture != nullptr && stream->capture->mode != cudaStreamCaptureModeRelaxed) {
      stream->capture->invalid = any = true;
    }
  }
  return any;
}

void drain_all() {
  advance_until([] {
    return std::all_of(streams().begin(), streams().end(),
                       [](const CUstream_st* stream) { return stream->queue.empty(); });
  });
}

void drain(cudaStream_t stream) {
  advance_until([&] { return has_nothing_to_wait_for(stream_of(stream)); });
}

std::size_t deferred_choice(std::size_t bound) { return deferred ? deferred->below(bound) : 0; }

DeferredStreams::DeferredStreams(std::uint64_t seed) {
  if (deferred) throw Error("simt: streams are deferred already");
  deferred.emplace(seed);
}

DeferredStreams::~DeferredStreams() noexcept(false) {
  const bool unwinding = std::uncaught_exceptions() > 0;
  if (!unwinding) drain_all();
  deferred.reset();
}

ToldTimes::ToldTimes(const std::vector<float>& milliseconds)
    : times_(milliseconds.begin(), milliseconds.end()) {
  if (told_times != nullptr || times_.empty()) throw Error("simt: times are told already, or none");
  told_times = &times_;
}

ToldTimes::~ToldTimes() { told_times = nullptr; }

}  // namespace simt

using namespace simt;

cudaError_t cudaDeviceSynchronize() {
  if (spoil_captures()) return fail(cudaErrorStreamCaptureUnsupported);
  ++mutable_counts().host_waits;
  drain_all();
  return cudaSuccess;
}

cudaError_t cudaStreamCreate(cudaStream_t* stream) {
  return cudaStreamCreateWithFlags(stream, cudaStreamDefault);
}

cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned flags) {
  if (flags != cudaStreamDefault && flags != cudaStreamNonBlocking) {
    return fail(cudaErrorInvalidValue);
  }
  *stream = new CUstream_st{flags == cudaStreamDefault};
  streams().push_back(*stream);
  return cudaSuccess;
}

cudaError_t cudaStreamDestroy(cudaStream_t stream) {
  if (stream == nullptr) return fail(cudaErrorInvalidResourceHandle);
  advance_until([&] { return stream->queue.empty(); });
  std::erase(streams(), stream);
  delete stream;
  return cudaSuccess;
}

cudaError_t cudaStreamSynchronize(cudaStream_t stream) {
  if (is_capturing(stream)) {
    stream->capture->invalid = true;
    return fail(cudaErrorStreamCaptureUnsupported);
  }
  ++mutable_counts().host_waits;
  drain(stream);
  return cudaSuccess;
}

cudaError_t cudaStreamQuery(cudaStream_t stream) {
  if (is_capturing(stream)) {
    stream->capture->invalid = true;
    return fail(cudaErrorStreamCaptureUnsupported);
  }
  if (has_nothing_to_wait_for(stream_of(stream))) return cudaSuccess;
  advance();  // a program that polls must come to an end
  return has_nothing_to_wait_for(stream_of(stream)) ? cudaSuccess : cudaErrorNotReady;
}

cudaError_t cudaStreamWaitEvent(cudaStream_t handle, cudaEvent_t event, unsigned) {
  CUstream_st& stream = stream_of(handle);
  if (event->graph != nullptr) {  // joins the capture
    if (stream.capture != nullptr && stream.capture != event->graph) {
      return fail(cudaErrorStreamCaptureMerge);
    }
    stream.capture = event->graph;
    for (std::size_t node : event->after) {
      if (std::count(stream.last.begin(), stream.last.end(), node) == 0) {
        stream.last.push_back(node);
      }
    }
    return cudaSuccess;
  }
  if (event->recorded == 0) return cudaSuccess;
  if (stream.capture != nullptr) {
    stream.capture->invalid = true;
    return fail(cudaErrorStreamCaptureIsolation);
  }
  return enqueue(stream, Work::other, {nullptr, event, event->recorded});
}

cudaError_t cudaEventCreate(cudaEvent_t* event) {
  return cudaEventCreateWithFlags(event, cudaEventDefault);
}

cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned flags) {
  *event = new CUevent_st{flags};
  return cudaSuccess;
}

cudaError_t cudaEventDestroy(cudaEvent_t event) {
  drain_all();  // queued operations point at it
  delete event;
  return cudaSuccess;
}

cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t handle) {
  CUstream_st& stream = stream_of(handle);
  event->graph = stream.capture;
  event->after = stream.last;
  if (stream.capture != nullptr) return cudaSuccess;
  const std::uint64_t record = ++event->recorded;
  return enqueue(stream, Work::other, {[event, record] {
                   event->reached = record;
                   event->milliseconds = 1e-3 * static_cast<double>(microseconds);
                 }});
}

cudaError_t cudaEventSynchronize(cudaEvent_t event) {
  if (event->graph != nullptr) return fail(cudaErrorCapturedEvent);
  ++mutable_counts().host_waits;
  advance_until([&] { return event->reached >= event->recorded; });
  return cudaSuccess;
}

cudaError_t cudaEventQuery(cudaEvent_t event) {
  if (event->graph != nullptr) return fail(cudaErrorCapturedEvent);
  if (event->reached < event->recorded) advance();  // a program that polls must come to an end
  return event->reached >= event->recorded ? cudaSuccess : cudaErrorNotReady;
}

cudaError_t cudaEventElapsedTime(float* milliseconds, cudaEvent_t start, cudaEvent_t stop) {
  const bool untimed = ((start->flags | stop->flags) & cudaEventDisableTiming) != 0;
  if (untimed || start->recorded == 0 || stop->recorded == 0) {
    return fail(cudaErrorInvalidResourceHandle);
  }
  if (start->reached < start->recorded || stop->reached < stop->recorded) {
    return cudaErrorNotReady;
  }
  *milliseconds = static_cast<float>(stop->milliseconds - start->milliseconds);
  if (told_times != nullptr) {
    *milliseconds = told_times->front();
    if (told_times->size() > 1) told_times->pop_front();
  }
  return cudaSuccess;
}

// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The emulated device, and errors by name.
#include <cstring>
#include <utility>

#include "tests/simt/runtime.hpp"
#include "tests/simt/shared_memory.hpp"
#include "tests/simt/warp.hpp"

namespace simt {
namespace {

cudaError_t last_error = cudaSuccess;

struct ErrorText {
  cudaError_t code;
  const char* name;
  const char* text;
};

#define SIMT_ERROR(code, text) \
  { code, #code, text }
constexpr ErrorText kErrors[] = {
    SIMT_ERROR(cudaSuccess, "no error"),
    SIMT_ERROR(cudaErrorInvalidValue, "invalid argument"),
    SIMT_ERROR(cudaErrorMemoryAllocation, "out of memory"),
    SIMT_ERROR(cudaErrorInitializationError, "initialization error"),
    SIMT_ERROR(cudaErrorInvalidConfiguration, "invalid configuration argument"),
    SIMT_ERROR(cudaErrorInvalidPitchValue, "invalid pitch argument"),
    SIMT_ERROR(cudaErrorInvalidDevicePointer, "invalid device pointer"),
    SIMT_ERROR(cudaErrorInvalidMemcpyDirection, "invalid copy direction for memcpy"),
    SIMT_ERROR(cudaErrorInsufficientDriver, "the driver is older than the runtime"),
    SIMT_ERROR(cudaErrorInvalidDeviceFunction, "invalid device function"),
    SIMT_ERROR(cudaErrorNoDevice, "no CUDA-capable device is detected"),
    SIMT_ERROR(cudaErrorInvalidDevice, "invalid device ordinal"),
    SIMT_ERROR(cudaErrorInvalidResourceHandle, "invalid resource handle"),
    SIMT_ERROR(cudaErrorIllegalState, "not possible in the present state"),
    SIMT_ERROR(cudaErrorNotReady, "device not ready"),
    SIMT_ERROR(cudaErrorIllegalAddress, "an illegal memory access was encountered"),
    SIMT_ERROR(cudaErrorLaunchOutOfResources, "too many resources requested for launch"),
    SIMT_ERROR(cudaErrorLaunchFailure, "unspecified launch failure"),
    SIMT_ERROR(cudaErrorNotSupported, "operation not supported"),
    SIMT_ERROR(cudaErrorStreamCaptureUnsupported, "not permitted while a stream captures"),
    SIMT_ERROR(cudaErrorStreamCaptureInvalidated, "failed due to an earlier error in the capture"),
    SIMT_ERROR(cudaErrorStreamCaptureMerge, "would merge separate captures"),
    SIMT_ERROR(cudaErrorStreamCaptureUnmatched, "the capture began in another stream"),
    SIMT_ERROR(cudaErrorStreamCaptureUnjoined, "the capture has unjoined work"),
    SIMT_ERROR(cudaErrorStreamCaptureIsolation, "depends on work outside the capture"),
    SIMT_ERROR(cudaErrorStreamCaptureImplicit, "depends on a capturing stream implicitly"),
    SIMT_ERROR(cudaErrorCapturedEvent, "the event was recorded in a capture"),
    SIMT_ERROR(cudaErrorUnknown, "unknown error"),
};
#undef SIMT_ERROR

// A small device of compute capability 9.0: grids sized by its multiprocessors stay short, so that
// their threads loop more than once over small test data.
constexpr int kMultiprocessors = 4;
constexpr int kThreadsPerBlock = 1024;
constexpr int kThreadsPerMultiprocessor = 2048;
constexpr int kRegistersPerBlock = 65536;
constexpr int kSharedBytesPerBlock = 48 << 10;
constexpr int kSharedBytesPerMultiprocessor = 228 << 10;
constexpr int kL2Bytes = 4 << 20;
constexpr int kMemoryBusBits = 6144;
constexpr int kClockKilohertz = 1980000;
constexpr int kMemoryClockKilohertz = 3201000;
constexpr int kMajor = 9, kMinor = 0;

constexpr std::pair<cudaDeviceAttr, int> kAttributes[] = {
    {cudaDevAttrMaxThreadsPerBlock, kThreadsPerBlock},
    {cudaDevAttrMaxSharedMemoryPerBlock, kSharedBytesPerBlock},
    {cudaDevAttrWarpSize, kWarpLanes},
    {cudaDevAttrMaxRegistersPerBlock, kRegistersPerBlock},
    {cudaDevAttrClockRate, kClockKilohertz},
    {cudaDevAttrMultiProcessorCount, kMultiprocessors},
    {cudaDevAttrMemoryClockRate, kMemoryClockKilohertz},
    {cudaDevAttrGlobalMemoryBusWidth, kMemoryBusBits},
    {cudaDevAttrL2CacheSize, kL2Bytes},
    {cudaDevAttrMaxThreadsPerMultiProcessor, kThreadsPerMultiprocessor},
    {cudaDevAttrComputeCapabilityMajor, kMajor},
    {cudaDevAttrComputeCapabilityMinor, kMinor},
    {cudaDevAttrMaxSharedMemoryPerMultiprocessor, kSharedBytesPerMultiprocessor},
    {cudaDevAttrPageableMemoryAccess, 0},
    {cudaDevAttrMaxSharedMemoryPerBlockOptin, static_cast<int>(kMaxDynamicSharedBytes)},
};

}  // namespace

cudaError_t fail(cudaError_t error) {
  if (error != cudaSuccess) last_error = error;
  return error;
}

}  // namespace simt

using namespace simt;

const char* cudaGetErrorName(cudaError_t error) {
  for (const ErrorText& entry : kErrors) {
    if (entry.code == error) return entry.name;
  }
  return "unrecognized error code";
}

const char* cudaGetErrorString(cudaError_t error) {
  for (const ErrorText& entry : kErrors) {
    if (entry.code == error) return entry.text;
  }
  return "unrecognized error code";
}

cudaError_t cudaGetLastError() { return std::exchange(last_error, cudaSuccess); }
cudaError_t cudaPeekAtLastError() { return last_error; }

cudaError_t cudaGetDeviceCount(int* count) {
  *count = 1;
  return cudaSuccess;
}

cudaError_t cudaGetDevice(int* device) {
  *device = 0;
  return cudaSuccess;
}

cudaError_t cudaSetDevice(int device) {
  return fail(device == 0 ? cudaSuccess : cudaErrorInvalidDevice);
}

cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int device) {
  if (device != 0) return fail(cudaErrorInvalidDevice);
  std::size_t free_bytes = 0;
  *properties = {};
  std::strcpy(properties->name, "curb emulator");
  cudaMemGetInfo(&free_bytes, &properties->totalGlobalMem);
  properties->sharedMemPerBlock = kSharedBytesPerBlock;
  properties->sharedMemPerBlockOptin = kMaxDynamicSharedBytes;
  properties->sharedMemPerMultiprocessor = kSharedBytesPerMultiprocessor;
  properties->regsPerBlock = kRegistersPerBlock;
  properties->warpSize = kWarpLanes;
  properties->maxThreadsPerBlock = kThreadsPerBlock;
  properties->maxThreadsPerMultiProcessor = kThreadsPerMultiprocessor;
  properties->major = kMajor;
  properties->minor = kMinor;
  properties->multiProcessorCount = kMultiprocessors;
  properties->l2CacheSize = kL2Bytes;
  properties->memoryBusWidth = kMemoryBusBits;
  return cudaSuccess;
}

cudaError_t cudaDeviceGetAttribute(int* value, cudaDeviceAttr attribute, int device) {
  if (device != 0) return fail(cudaErrorInvalidDevice);
  for (const auto& [known, amount] : kAttributes) {
    if (known != attribute) continue;
    *value = amount;
    return cudaSuccess;
  }
  return fail(cudaErrorInvalidValue);
}

cudaError_t cudaDriverGetVersion(int* version) {
  *version = CUDART_VERSION;
  return cudaSuccess;
}

cudaError_t cudaRuntimeGetVersion(int* version) {
  *version = CUDART_VERSION;
  return cudaSuccess;
}

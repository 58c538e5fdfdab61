// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The backend on a CUDA device: matrix products by cuBLASLt, everything else by curb's own kernels,
// one stream for all of it. A recording is a CUDA graph, so that a replayed step is one launch.
//
// Element by element the results are the bits of the CPU backend; products and the sums over rows
// add in another order and differ in their last bits.
#include "host/backend/cuda_backend.hpp"

#include <cuda_runtime.h>

#include <cstring>
#include <new>
#include <sstream>
#include <stdexcept>
#include <utility>

#include "host/backend/cuda_dense.hpp"
#include "host/backend/cuda_graph.hpp"
#include "host/backend/cuda_moment.hpp"
#include "host/backend/cuda_staging.hpp"
#include "kernels/launch.cuh"
#include "kernels/network.hpp"

namespace curb::backend {
namespace {

using kernels::check;

/// The current device is a property of the calling thread, and others may have changed it.
void select(int device) { check(cudaSetDevice(device), "selecting the device"); }

class CudaRecording final : public Recording {
 public:
  /// Takes over `graph`.
  CudaRecording(int device, cudaStream_t stream, cudaGraph_t graph)
      : device_(device), stream_(stream), graph_(std::make_unique<CudaGraph>(graph)) {}
  ~CudaRecording() override {
    if (cudaSetDevice(device_) == cudaSuccess) graph_.reset();
  }
  CudaRecording(const CudaRecording&) = delete;
  CudaRecording& operator=(const CudaRecording&) = delete;

  void replay() override {
    select(device_);
    graph_->launch(stream_);
  }

 private:
  int device_;
  cudaStream_t stream_;
  std::unique_ptr<CudaGraph> graph_;
};

std::string describe(int device) {
  cudaDeviceProp properties;
  check(cudaGetDeviceProperties(&properties, device), "asking for a device's properties");
  return std::string(properties.name) + ", compute capability " + std::to_string(properties.major) +
         "." + std::to_string(properties.minor) + ", " +
         std::to_string(properties.totalGlobalMem >> 20) + " MiB";
}

/// Nothing for fp32, which goes without saying.
const char* name_of(Precision precision) {
  switch (precision) {
    case Precision::fp32:
      break;
    case Precision::tf32:
      return ", tf32";
    case Precision::bf16:
      return ", bf16";
  }
  return "";
}

constexpr std::string_view kTuningEnd = "end\n";

std::size_t bytes_of(std::int64_t values) {
  return static_cast<std::size_t>(values) * sizeof(float);
}

class CudaBackend final : public Backend {
 public:
  /// `device` must be current.
  CudaBackend(int device, Precision precision)
      : device_(device), precision_(precision), dense_(precision) {
    // The first launch tells whether this program has code for this device. Zero stays zero.
    kernels::sum_columns(nullptr, 0, 1, reinterpret_cast<float*>(scratch_.data()), stream());
    CudaBackend::synchronize();
  }

  Device device() const override { return Device::cuda(device_); }
  Stream stream() const override { return stream_.get(); }
  std::string description() const override {
    return "CUDA device " + std::to_string(device_) + ", " + signature();
  }
  std::string signature() const override {  // any device of the kind will do
    return describe(device_) + ", " + CudaMatrixProduct::library() + name_of(precision_);
  }

  void* allocate(std::size_t bytes, Place place) override {
    if (bytes == 0) return nullptr;
    select(device_);
    if (place == Place::host) return std::memset(allocate_pinned(bytes), 0, bytes);
    void* memory = nullptr;
    const cudaError_t error = cudaMalloc(&memory, bytes);
    if (error == cudaErrorMemoryAllocation) {
      cudaGetLastError();  // it is dealt with: later calls are not to find it
      throw std::bad_alloc();
    }
    check(error, "allocating device memory");
    clear(memory, bytes);
    return memory;
  }
  void release(void* memory, Place place) noexcept override {
    if (cudaSetDevice(device_) != cudaSuccess) return;
    if (place == Place::host) {
      cudaStreamSynchronize(stream());  // which may still read or write it
      cudaFreeHost(memory);
    } else {
      cudaFree(memory);
    }
  }
  std::size_t free_memory() const override {
    select(device_);
    std::size_t free = 0;
    std::size_t total = 0;
    check(cudaMemGetInfo(&free, &total), "asking for free memory");
    return free;
  }

  void upload(const void* from, void* to, std::size_t bytes) override {
    select(device_);
    staging_.upload(from, to, bytes, queue_);
  }
  void download(const void* from, void* to, std::size_t bytes) override {
    transfer(from, to, bytes, cudaMemcpyDeviceToHost, "downloading");
    synchronize();
  }
  void download_later(const void* from, void* to, std::size_t bytes) override {
    transfer(from, to, bytes, cudaMemcpyDeviceToHost, "downloading");
  }
  void copy(const void* from, void* to, std::size_t bytes) override {
    transfer(from, to, bytes, cudaMemcpyDeviceToDevice, "copying on the device");
  }
  void clear(void* memory, std::size_t bytes) override {
    if (bytes == 0) return;
    select(device_);
    check(cudaMemsetAsync(memory, 0, bytes, queue_), "clearing device memory");
  }

  std::size_t dense_notes_bytes(const DenseForward& layer) const override {
    return dense_.notes_bytes(layer);
  }

  void dense_forward(const DenseForward& layer) override {
    if (layer.rows == 0) return;
    select(device_);
    dense_.forward(layer, queue_);
  }

  void dense_backward_weights(const DenseBackwardWeights& layer) override {
    select(device_);
    if (layer.rows == 0) {
      clear(layer.weight_gradient, bytes_of(layer.fan_out * layer.fan_in));
      clear(layer.bias_gradient, bytes_of(layer.fan_out));
    } else {
      dense_.backward_weights(layer, queue_);
    }
  }

  void dense_backward_input(const DenseBackwardInput& layer) override {
    if (layer.rows == 0) return;
    select(device_);
    dense_.backward_input(layer, queue_);
  }

  void activation_backward(const ActivationBackward& layer) override {
    select(device_);
    kernels::multiply_by_slope(layer.activation, layer.kept, layer.delta, layer.count, queue_);
  }

  void loss(const LossPass& pass) override {
    select(device_);
    const kernels::LossRows rows{pass.rows,    pass.outputs, pass.output,       pass.labels,
                                 pass.targets, pass.delta,   pass.class_weights};
    const kernels::LossSums sums{&pass.sum->loss, &pass.sum->samples, &pass.sum->correct};
    switch (pass.loss) {
      case Loss::softmax_cross_entropy:
        return kernels::softmax_cross_entropy(rows, sums, scratch_.data(), queue_);
      case Loss::sigmoid_cross_entropy:
        return kernels::sigmoid_cross_entropy(rows, sums, scratch_.data(), queue_);
      case Loss::quadratic:
        return kernels::squared_error(rows, 0.5, sums, scratch_.data(), queue_);
      case Loss::mse:
        return kernels::squared_error(rows, 1.0 / static_cast<double>(pass.outputs), sums,
                                      scratch_.data(), queue_);
    }
  }

  void dropout(const Dropout& dropout) override {
    select(device_);
    kernels::drop(source(dropout.randomness), rules::Dropout(dropout.probability), dropout.x,
                  dropout.y, dropout.count, queue_);
  }

  void add_gaussian_noise(const GaussianNoise& noise) override {
    select(device_);
    kernels::add_gaussian_noise(source(noise.randomness), noise.deviation, noise.x, noise.y,
                                noise.count, queue_);
  }

  void move_images(const MoveImages& move) override {
    select(device_);
    kernels::move_images(source(move.randomness), move.limits, move.shape, move.x, move.y,
                         move.images, stream());
  }

  void gather(const Gather& gather) override {
    select(device_);
    kernels::gather_rows(gather.order, &gather.clock->position, gather.ahead, gather.rows,
                         {gather.features, gather.batch_features, gather.columns},
                         {gather.labels, gather.batch_labels, 1},
                         {gather.targets, gather.batch_targets, gather.target_columns}, queue_);
  }

  void advance(Clock* clock, std::int64_t rows) override {
    select(device_);
    kernels::advance_clock(&clock->step, &clock->position, rows, queue_);
  }

  void beside(const std::function<void()>& operations) override {
    select(device_);
    fork_.record(stream());
    check(cudaStreamWaitEvent(side_.get(), fork_.get(), 0), "forking the stream");
    queue_ = side_.get();
    try {
      operations();
    } catch (...) {
      queue_ = stream();
      throw;
    }
    queue_ = stream();
    join_.record(side_.get());
  }
  void meet() override {
    select(device_);
    check(cudaStreamWaitEvent(stream(), join_.get(), 0), "joining the stream");
  }

  void synchronize() override {
    select(device_);
    check(cudaStreamSynchronize(stream()), "waiting for the device");
  }

  std::unique_ptr<Moment> moment() override {
    select(device_);
    return std::make_unique<CudaMoment>(device_, stream());
  }

  /// What the first capture asks for in products that were never tried is tried after it, since a
  /// stream that captures does nothing; the second capture then has what was found.
  std::unique_ptr<Recording> record(std::function<void()> operations) override {
    select(device_);
    dense_.watch();
    cudaGraph_t graph = capture(operations);
    if (dense_.unwatch()) {
      cudaGraphDestroy(graph);
      dense_.tune(stream());
      graph = capture(operations);
    }
    return std::make_unique<CudaRecording>(device_, stream(), graph);
  }

  /// Its first line says where it holds.
  std::string tuning() const override {
    std::ostringstream out;
    out << signature() << '\n';
    dense_.write(out);
    out << kTuningEnd;
    return out.str();
  }
  void restore_tuning(std::string_view tuning) override {
    if (tuning.empty()) return;
    std::istringstream in{std::string(tuning)};
    std::string where;
    std::getline(in, where);
    if (where != signature()) {
      throw std::invalid_argument("it was made on \"" + where + "\", and this is \"" + signature() +
                                  "\"");
    }
    if (!tuning.ends_with(kTuningEnd)) throw std::invalid_argument("it is damaged");
    dense_.read(in);
  }

 private:
  cudaGraph_t capture(const std::function<void()>& operations) {
    CudaCapture capture(stream());
    operations();
    return capture.end();
  }

  void transfer(const void* from, void* to, std::size_t bytes, cudaMemcpyKind kind,
                const char* what) {
    if (bytes == 0) return;
    select(device_);
    check(cudaMemcpyAsync(to, from, bytes, kind, queue_), what);
  }

  static kernels::RandomSource source(const Randomness& randomness) {
    return {randomness.key, &randomness.clock->step};
  }

  int device_;
  Precision precision_;
  CudaStream stream_;
  CudaStream side_;
  cudaStream_t queue_ = stream_.get();  ///< where operations go: one of the two
  CudaEvent fork_{cudaEventDisableTiming};
  CudaEvent join_{cudaEventDisableTiming};
  CudaStaging staging_;
  CudaDense dense_;
  Buffer<kernels::LossScratch> scratch_{*this, 1};
};

}  // namespace

std::vector<std::string> cuda_devices(std::string& why) {
  int count = 0;
  const cudaError_t error = cudaGetDeviceCount(&count);
  std::vector<std::string> devices;
  if (error != cudaSuccess) {
    why = cudaGetErrorString(error);
  } else if (count == 0) {
    why = "no CUDA device was found";
  } else {
    for (int device = 0; device < count; ++device) devices.push_back(describe(device));
  }
  return devices;
}

std::unique_ptr<Backend> make_cuda_backend(int index, Precision precision) {
  select(index);
  return std::make_unique<CudaBackend>(index, precision);
}

}  // namespace curb::backend

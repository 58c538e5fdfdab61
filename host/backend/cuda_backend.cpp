// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The backend on a CUDA device: matrix products by cuBLASLt, everything else by curb's own kernels,
// one stream for all of it. A recording is a CUDA graph, so that a replayed step is one launch.
//
// Element by element the results are the bits of the CPU backend; products and the sums over rows
// add in another order and differ in their last bits.
#include "host/backend/cuda_backend.hpp"

#include <cuda_runtime.h>

#include <new>
#include <sstream>
#include <stdexcept>
#include <utility>

#include "host/backend/cuda_matrix_product.hpp"
#include "kernels/launch.cuh"
#include "kernels/network.hpp"

namespace curb::backend {
namespace {

using kernels::check;

/// The current device is a property of the calling thread, and others may have changed it.
void select(int device) { check(cudaSetDevice(device), "selecting the device"); }

class CudaStream {
 public:
  CudaStream() {
    check(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking), "creating a stream");
  }
  ~CudaStream() { cudaStreamDestroy(stream_); }
  CudaStream(const CudaStream&) = delete;
  CudaStream& operator=(const CudaStream&) = delete;

  cudaStream_t get() const { return stream_; }

 private:
  cudaStream_t stream_ = nullptr;
};

class CudaRecording final : public Recording {
 public:
  /// Takes over `graph`.
  CudaRecording(int device, cudaStream_t stream, cudaGraph_t graph)
      : device_(device), stream_(stream) {
    const cudaError_t error = cudaGraphInstantiate(&executable_, graph, 0);
    cudaGraphDestroy(graph);
    check(error, "making a recording ready");
  }
  ~CudaRecording() override {
    if (cudaSetDevice(device_) == cudaSuccess) cudaGraphExecDestroy(executable_);
  }
  CudaRecording(const CudaRecording&) = delete;
  CudaRecording& operator=(const CudaRecording&) = delete;

  void replay() override {
    select(device_);
    check(cudaGraphLaunch(executable_, stream_), "replaying a recording");
  }

 private:
  int device_;
  cudaStream_t stream_;
  cudaGraphExec_t executable_ = nullptr;
};

/// Captures what is put on a stream in its lifetime. Relaxed: the first launch of a kernel loads
/// its code, which a stricter mode forbids some versions of CUDA in the middle of a capture.
class Capture {
 public:
  explicit Capture(cudaStream_t stream) : stream_(stream) {
    check(cudaStreamBeginCapture(stream, cudaStreamCaptureModeRelaxed), "beginning to record");
  }
  ~Capture() {
    if (stream_ == nullptr) return;
    cudaGraph_t graph = nullptr;
    if (cudaStreamEndCapture(stream_, &graph) == cudaSuccess) cudaGraphDestroy(graph);
  }
  Capture(const Capture&) = delete;
  Capture& operator=(const Capture&) = delete;

  cudaGraph_t end() {
    cudaGraph_t graph = nullptr;
    check(cudaStreamEndCapture(std::exchange(stream_, nullptr), &graph), "recording");
    return graph;
  }

 private:
  cudaStream_t stream_;  ///< null: ended
};

std::string describe(int device) {
  cudaDeviceProp properties;
  check(cudaGetDeviceProperties(&properties, device), "asking for a device's properties");
  return std::string(properties.name) + ", compute capability " + std::to_string(properties.major) +
         "." + std::to_string(properties.minor) + ", " +
         std::to_string(properties.totalGlobalMem >> 20) + " MiB";
}

constexpr std::string_view kTuningEnd = "end\n";

std::size_t bytes_of(std::int64_t values) {
  return static_cast<std::size_t>(values) * sizeof(float);
}

class CudaBackend final : public Backend {
 public:
  /// `device` must be current.
  explicit CudaBackend(int device) : device_(device) {
    // The first launch tells whether this program has code for this device. Zero stays zero.
    kernels::sum_columns(nullptr, 0, 1, reinterpret_cast<float*>(scratch_.data()), stream());
    CudaBackend::synchronize();
  }

  Device device() const override { return Device::cuda(device_); }
  Stream stream() const override { return stream_.get(); }
  std::string description() const override {
    return "CUDA device " + std::to_string(device_) + ", " + describe(device_) + ", " +
           CudaMatrixProduct::library();
  }

  void* allocate(std::size_t bytes) override {
    if (bytes == 0) return nullptr;
    select(device_);
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
  void release(void* memory) noexcept override {
    if (cudaSetDevice(device_) == cudaSuccess) cudaFree(memory);
  }

  void upload(const void* from, void* to, std::size_t bytes) override {
    transfer(from, to, bytes, cudaMemcpyHostToDevice, "uploading");
    if (bytes > 0) synchronize();  // the copy from pinned memory may still be reading it
  }
  void download(const void* from, void* to, std::size_t bytes) override {
    transfer(from, to, bytes, cudaMemcpyDeviceToHost, "downloading");
    synchronize();
  }
  void copy(const void* from, void* to, std::size_t bytes) override {
    transfer(from, to, bytes, cudaMemcpyDeviceToDevice, "copying on the device");
  }
  void clear(void* memory, std::size_t bytes) override {
    if (bytes == 0) return;
    select(device_);
    check(cudaMemsetAsync(memory, 0, bytes, stream()), "clearing device memory");
  }

  void dense_forward(const DenseForward& layer) override {
    if (layer.rows == 0) return;
    select(device_);
    product_.multiply({.shape = {false, true, layer.rows, layer.fan_out, layer.fan_in},
                       .a = layer.input,
                       .b = layer.weight,
                       .c = layer.output},
                      stream());
    kernels::add_bias_and_activate(
        layer.activation, layer.bias, layer.rows, layer.fan_out, layer.output,
        needs_pre_activation(layer.activation) ? layer.pre_activation : nullptr, stream());
  }

  void dense_backward_weights(const DenseBackwardWeights& layer) override {
    select(device_);
    if (layer.rows == 0) {
      clear(layer.weight_gradient, bytes_of(layer.fan_out * layer.fan_in));
    } else {
      product_.multiply({.shape = {true, false, layer.fan_out, layer.fan_in, layer.rows},
                         .a = layer.delta,
                         .b = layer.input,
                         .c = layer.weight_gradient},
                        stream());
    }
    kernels::sum_columns(layer.delta, layer.rows, layer.fan_out, layer.bias_gradient, stream());
  }

  void dense_backward_input(const DenseBackwardInput& layer) override {
    if (layer.rows == 0) return;
    select(device_);
    product_.multiply({.shape = {false, false, layer.rows, layer.fan_in, layer.fan_out},
                       .a = layer.delta,
                       .b = layer.weight,
                       .c = layer.input_delta},
                      stream());
    kernels::multiply_by_slope(layer.activation, layer.kept, layer.input_delta,
                               layer.rows * layer.fan_in, stream());
  }

  void activation_backward(const ActivationBackward& layer) override {
    select(device_);
    kernels::multiply_by_slope(layer.activation, layer.kept, layer.delta, layer.count, stream());
  }

  void loss(const LossPass& pass) override {
    select(device_);
    const kernels::LossRows rows{pass.rows,   pass.outputs, pass.output,
                                 pass.labels, pass.targets, pass.delta};
    const kernels::LossSums sums{&pass.sum->loss, &pass.sum->samples, &pass.sum->correct};
    switch (pass.loss) {
      case Loss::softmax_cross_entropy:
        return kernels::softmax_cross_entropy(rows, sums, scratch_.data(), stream());
      case Loss::sigmoid_cross_entropy:
        return kernels::sigmoid_cross_entropy(rows, sums, scratch_.data(), stream());
      case Loss::quadratic:
        return kernels::squared_error(rows, 0.5, sums, scratch_.data(), stream());
      case Loss::mse:
        return kernels::squared_error(rows, 1.0 / static_cast<double>(pass.outputs), sums,
                                      scratch_.data(), stream());
    }
  }

  void dropout(const Dropout& dropout) override {
    select(device_);
    kernels::drop(source(dropout.randomness), rules::Dropout(dropout.probability), dropout.x,
                  dropout.y, dropout.count, stream());
  }

  void add_gaussian_noise(const GaussianNoise& noise) override {
    select(device_);
    kernels::add_gaussian_noise(source(noise.randomness), noise.deviation, noise.x, noise.y,
                                noise.count, stream());
  }

  void gather(const Gather& gather) override {
    select(device_);
    kernels::gather_rows(gather.order, &gather.clock->position, gather.rows,
                         {gather.features, gather.batch_features, gather.columns},
                         {gather.labels, gather.batch_labels, 1},
                         {gather.targets, gather.batch_targets, gather.target_columns}, stream());
  }

  void advance(Clock* clock, std::int64_t rows) override {
    select(device_);
    kernels::advance_clock(&clock->step, &clock->position, rows, stream());
  }

  void synchronize() override {
    select(device_);
    check(cudaStreamSynchronize(stream()), "waiting for the device");
  }

  std::unique_ptr<Recording> record(std::function<void()> operations) override {
    select(device_);
    Capture capture(stream());
    operations();
    return std::make_unique<CudaRecording>(device_, stream(), capture.end());
  }

  /// Its first line says where it holds.
  std::string tuning() const override {
    std::ostringstream out;
    out << description() << '\n';
    product_.write(out);
    out << kTuningEnd;
    return out.str();
  }
  void restore_tuning(std::string_view tuning) override {
    if (tuning.empty()) return;
    std::istringstream in{std::string(tuning)};
    std::string where;
    std::getline(in, where);
    if (where != description()) {
      throw std::invalid_argument("it was made on \"" + where + "\", and this is \"" +
                                  description() + "\"");
    }
    if (!tuning.ends_with(kTuningEnd)) throw std::invalid_argument("it is damaged");
    product_.read(in);
  }

 private:
  void transfer(const void* from, void* to, std::size_t bytes, cudaMemcpyKind kind,
                const char* what) {
    if (bytes == 0) return;
    select(device_);
    check(cudaMemcpyAsync(to, from, bytes, kind, stream()), what);
  }

  static kernels::RandomSource source(const Randomness& randomness) {
    return {randomness.key, &randomness.clock->step};
  }

  int device_;
  CudaStream stream_;
  CudaMatrixProduct product_;
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

std::unique_ptr<Backend> make_cuda_backend(int index) {
  select(index);
  return std::make_unique<CudaBackend>(index);
}

}  // namespace curb::backend

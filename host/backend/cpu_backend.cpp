// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The backend on the host's own processors: every operation is done when its call returns.
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <stdexcept>

#include "host/backend/backend.hpp"
#include "host/backend/cpu_activation.hpp"
#include "host/backend/cpu_image_motion.hpp"
#include "host/backend/cpu_loss.hpp"
#include "host/backend/cpu_memory.hpp"
#include "host/backend/cpu_random.hpp"
#include "host/backend/matrix_product.hpp"
#include "host/backend/processor.hpp"
#include "host/backend/thread_team.hpp"

namespace curb::backend {
namespace {

class CpuRecording final : public Recording {
 public:
  explicit CpuRecording(std::function<void()> operations) : operations_(std::move(operations)) {}
  void replay() override { operations_(); }

 private:
  std::function<void()> operations_;
};

class CpuMoment final : public Moment {
 public:
  bool has_passed() override { return true; }
  void wait() override {}
  double seconds_since(const Moment& earlier) const override {
    const auto since = time_ - static_cast<const CpuMoment&>(earlier).time_;
    return std::chrono::duration<double>(since).count();
  }

 private:
  std::chrono::steady_clock::time_point time_ = std::chrono::steady_clock::now();
};

std::size_t bytes_of(std::int64_t values) {
  return static_cast<std::size_t>(values) * sizeof(float);
}

class CpuBackend final : public Backend {
 public:
  explicit CpuBackend(int threads) : team_(threads), product_(team_.threads()) {}

  Device device() const override { return Device::cpu(team_.threads()); }
  Stream stream() const override { return nullptr; }
  std::string description() const override {
    return "CPU, " + std::to_string(team_.threads()) +
           (team_.threads() == 1 ? " thread, " : " threads, ") + MatrixProduct::library();
  }
  std::string signature() const override {
    return description() + ", " + processor() + ", " + MatrixProduct::instruction_set();
  }

  void* allocate(std::size_t bytes, Place) override {
    return bytes == 0 ? nullptr : allocate_zeros(bytes);
  }
  std::size_t free_memory() const override { return std::numeric_limits<std::size_t>::max(); }
  void release(void* memory, Place) noexcept override { free_zeros(memory); }

  void upload(const void* from, void* to, std::size_t bytes) override { copy(from, to, bytes); }
  void download(const void* from, void* to, std::size_t bytes) override { copy(from, to, bytes); }
  void download_later(const void* from, void* to, std::size_t bytes) override {
    copy(from, to, bytes);
  }
  void copy(const void* from, void* to, std::size_t bytes) override {
    if (bytes > 0) std::memcpy(to, from, bytes);
  }
  void clear(void* memory, std::size_t bytes) override {
    if (bytes > 0) std::memset(memory, 0, bytes);
  }

  std::size_t dense_notes_bytes(const DenseForward&) const override { return 0; }

  void dense_forward(const DenseForward& layer) override {
    if (layer.rows == 0) return;
    product_.multiply({false, true, layer.rows, layer.fan_out, layer.fan_in}, layer.input,
                      layer.weight, layer.output);
    float* kept = needs_pre_activation(layer.activation) ? layer.pre_activation : nullptr;
    team_.for_each_part(layer.rows, layer.fan_out, 1, [&](std::int64_t first, std::int64_t last) {
      const std::int64_t at = first * layer.fan_out;
      add_bias_and_activate(layer.activation, layer.bias, last - first, layer.fan_out,
                            layer.output + at, kept == nullptr ? nullptr : kept + at);
    });
  }

  void dense_backward_weights(const DenseBackwardWeights& layer) override {
    if (layer.rows == 0) {
      clear(layer.weight_gradient, bytes_of(layer.fan_out * layer.fan_in));
      clear(layer.bias_gradient, bytes_of(layer.fan_out));
      return;
    }
    product_.multiply({true, false, layer.fan_out, layer.fan_in, layer.rows}, layer.delta,
                      layer.input, layer.weight_gradient);
    team_.for_each_part(layer.fan_out, layer.rows, 64, [&](std::int64_t first, std::int64_t last) {
      sum_columns(layer.delta + first, layer.rows, layer.fan_out, last - first,
                  layer.bias_gradient + first);
    });
  }

  void dense_backward_input(const DenseBackwardInput& layer) override {
    if (layer.rows == 0) return;
    product_.multiply({false, false, layer.rows, layer.fan_in, layer.fan_out}, layer.delta,
                      layer.weight, layer.input_delta);
    activation_backward({.activation = layer.activation,
                         .kept = layer.kept,
                         .delta = layer.input_delta,
                         .count = layer.rows * layer.fan_in});
  }

  void activation_backward(const ActivationBackward& layer) override {
    if (layer.activation == Activation::identity) return;
    team_.for_each_part(layer.count, 1, 64, [&](std::int64_t first, std::int64_t last) {
      multiply_by_slope(layer.activation, layer.kept + first, layer.delta + first, last - first);
    });
  }

  void loss(const LossPass& pass) override {
    const auto rows = static_cast<std::size_t>(pass.rows);
    if (sample_losses_.size() < rows) sample_losses_.resize(rows);
    team_.for_each_part(pass.rows, pass.outputs, 1, [&](std::int64_t first, std::int64_t last) {
      for (std::int64_t r = first; r < last; ++r) {
        sample_losses_[static_cast<std::size_t>(r)] = sample_loss(pass, r);
      }
    });
    for (std::size_t r = 0; r < rows; ++r) {  // in the samples' order, whatever the threads
      pass.sum->loss += sample_losses_[r].loss;
      pass.sum->correct += sample_losses_[r].correct ? 1 : 0;
    }
    pass.sum->samples += rows;
  }

  void dropout(const Dropout& dropout) override {
    team_.for_each_part(dropout.count, 1, kRandomTile, [&](std::int64_t first, std::int64_t last) {
      drop_range(dropout, first, last);
    });
  }

  void add_gaussian_noise(const GaussianNoise& noise) override {
    team_.for_each_part(noise.count, 1, kRandomTile, [&](std::int64_t first, std::int64_t last) {
      add_noise_range(noise, first, last);
    });
  }

  void move_images(const MoveImages& move) override {
    const std::int64_t pixels = std::int64_t{move.shape.height} * move.shape.width;
    team_.for_each_part(move.images, pixels, 1, [&](std::int64_t first, std::int64_t last) {
      move_image_range(move, first, last);
    });
  }

  void gather(const Gather& gather) override {
    const std::uint32_t* order = gather.order + gather.clock->position + gather.ahead;
    team_.for_each_part(gather.rows, gather.columns, 1, [&](std::int64_t first, std::int64_t last) {
      for (std::int64_t r = first; r < last; ++r) {
        const std::int64_t sample = order[r];
        copy(gather.features + sample * gather.columns, gather.batch_features + r * gather.columns,
             bytes_of(gather.columns));
        if (gather.labels != nullptr) gather.batch_labels[r] = gather.labels[sample];
        if (gather.targets != nullptr) {
          copy(gather.targets + sample * gather.target_columns,
               gather.batch_targets + r * gather.target_columns, bytes_of(gather.target_columns));
        }
      }
    });
  }

  void advance(Clock* clock, std::int64_t rows) override {
    ++clock->step;
    clock->position += static_cast<std::uint64_t>(rows);
  }

  void beside(const std::function<void()>& operations) override { operations(); }
  void meet() override {}

  void synchronize() override {}
  std::unique_ptr<Moment> moment() override { return std::make_unique<CpuMoment>(); }

  std::unique_ptr<Recording> record(std::function<void()> operations) override {
    return std::make_unique<CpuRecording>(std::move(operations));
  }

  std::string tuning() const override { return {}; }
  void restore_tuning(std::string_view tuning) override {
    if (!tuning.empty()) throw std::invalid_argument("it is of another device than the CPU");
  }

 private:
  ThreadTeam team_;
  MatrixProduct product_;
  std::vector<SampleLoss> sample_losses_;
};

}  // namespace

std::unique_ptr<Backend> make_cpu_backend(int threads) {
  return std::make_unique<CpuBackend>(threads);
}

}  // namespace curb::backend

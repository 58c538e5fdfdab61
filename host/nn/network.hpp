// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// A dense network on a device: its parameters, its gradients, and the passes that connect them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "host/backend/backend.hpp"
#include "host/nn/description.hpp"
#include "host/nn/initialisation.hpp"
#include "host/nn/parameters.hpp"

namespace curb::nn {

/// What the outputs of a batch should be, in device memory: one of the two (backend::LossPass).
struct Targets {
  const std::int32_t* labels = nullptr;  ///< [rows]
  const float* values = nullptr;         ///< [rows, outputs]; not with softmax
};

/// Passes are asynchronous and may be recorded, as the backend's operations are; they allocate
/// nothing. Inputs, targets, clocks and sums are in the backend's device memory, as are the
/// parameters, and are the caller's.
class Network {
 public:
  /// For batches of up to `max_rows`. All parameters are zero. `seed` names what is drawn at
  /// random, from initial weights to dropout. Throws curb::Error for a description that is not
  /// valid. The backend must outlive the network.
  Network(backend::Backend& backend, NetworkDescription description, std::int64_t max_rows,
          std::uint64_t seed);

  const NetworkDescription& description() const { return description_; }
  const ParameterLayout& layout() const { return layout_; }
  std::int64_t max_rows() const { return max_rows_; }

  /// Arenas of layout().size values; those between the tensors are zero and stay so.
  backend::Buffer<float>& parameters() { return parameters_; }
  const backend::Buffer<float>& parameters() const { return parameters_; }
  backend::Buffer<float>& gradients() { return gradients_; }
  const backend::Buffer<float>& gradients() const { return gradients_; }

  /// Sets all parameters by the network's seed. Not for recordings.
  void initialise(const Initialisation& initialisation);

  /// The outputs for input [rows, inputs], without noise or dropout: [rows, outputs] in the
  /// network's own memory, until its next pass. Like all passes throws std::invalid_argument for
  /// more rows than max_rows.
  const float* predict(const float* input, std::int64_t rows);

  /// Predicts, and adds the losses of the samples to `sum`.
  void evaluate(const float* input, const Targets& targets, std::int64_t rows,
                backend::LossSum* sum);

  /// One training pass, forward and backward: fills gradients() with the gradient of the batch's
  /// mean loss, without any penalty, and adds the losses of the samples to `sum`. Noise and dropout
  /// are those of the clock's step. Throws std::invalid_argument for targets that the loss does not
  /// take, as evaluate does.
  void compute_gradients(const float* input, const Targets& targets, std::int64_t rows,
                         const backend::Clock* clock, backend::LossSum* sum);

 private:
  /// A layer's share of the working memory, [max_rows, fan_out] each.
  struct Layer {
    backend::Buffer<float> output;
    backend::Buffer<float> pre_activation;  ///< where the activation needs it
    backend::Buffer<float> dropped;         ///< the output after dropout, where there is dropout
    backend::Buffer<float> delta;           ///< the gradient of the pre-activations
    backend::Buffer<std::byte> notes;       ///< the backend's own, from pass to pass
  };

  void check_rows(std::int64_t rows) const;
  float* parameter(const ParameterTensor& tensor) { return parameters_.data() + tensor.offset; }
  float* gradient(const ParameterTensor& tensor) { return gradients_.data() + tensor.offset; }
  /// What the derivative of a layer's activation is told from.
  const float* kept(std::size_t layer) const;
  /// What layer `layer` saw in the last training pass, whose first layer saw `input`.
  const float* seen(std::size_t layer, const float* input) const;
  /// Dropout of layer `layer`'s outputs or, by the same mask, of their gradient.
  void drop(std::size_t layer, const float* x, float* y, std::int64_t rows,
            const backend::Clock* clock);
  /// The input moved, with its noise and dropout.
  const float* disturb(const float* input, std::int64_t rows, const backend::Clock* clock);
  /// All layers; with dropout where there is a clock.
  void forward(const float* input, std::int64_t rows, const backend::Clock* clock);
  void backward(const float* input, std::int64_t rows, const backend::Clock* clock);
  void add_loss(const Targets& targets, std::int64_t rows, float* delta, backend::LossSum* sum);

  backend::Backend& backend_;
  NetworkDescription description_;
  ParameterLayout layout_;
  std::int64_t max_rows_;
  std::uint64_t seed_;
  backend::Buffer<float> parameters_;
  backend::Buffer<float> gradients_;
  backend::Buffer<float> class_weights_;    ///< [outputs], or empty
  backend::Buffer<float> disturbed_input_;  ///< [max_rows, inputs], where it is disturbed
  std::vector<Layer> layers_;
};

}  // namespace curb::nn

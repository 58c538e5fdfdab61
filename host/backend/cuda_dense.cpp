// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The ways of doing each operation. How they are tried is in cuda_dense_tuning.cpp.
#include "host/backend/cuda_dense.hpp"

#include "kernels/network.hpp"

namespace curb::backend {
namespace {

constexpr std::size_t kNotesAlignment = 256;

std::size_t size(std::int64_t rows, std::int64_t columns) {
  return static_cast<std::size_t>(rows * columns);
}

/// Where in a layer's notes what lies. The mask comes first, so that the layer above finds it.
struct Notes {
  std::size_t mask = 0;
  std::size_t input = 0;  ///< bfloat16 copies of the factors
  std::size_t weight = 0;
  std::size_t delta = 0;
  std::size_t end = 0;

  Notes(std::int64_t rows, std::int64_t fan_in, std::int64_t fan_out) {
    place(input, relu_mask_bytes(rows, fan_out));
    place(weight, size(rows, fan_in) * sizeof(std::uint16_t));
    place(delta, size(fan_out, fan_in) * sizeof(std::uint16_t));
    place(end, size(rows, fan_out) * sizeof(std::uint16_t));
  }

 private:
  /// `next` begins after `bytes` of what was placed last.
  void place(std::size_t& next, std::size_t bytes) {
    last_ += (bytes + kNotesAlignment - 1) / kNotesAlignment * kNotesAlignment;
    next = last_;
  }
  std::size_t last_ = 0;
};

template <class Layer>
Notes notes_of(const Layer& layer) {
  return {layer.rows, layer.fan_in, layer.fan_out};
}

std::uint16_t* in_notes(void* notes, std::size_t offset) {
  return reinterpret_cast<std::uint16_t*>(static_cast<char*>(notes) + offset);
}

}  // namespace

std::size_t CudaDense::notes_bytes(const DenseForward& layer) const {
  if (precision_ == Precision::bf16) return notes_of(layer).end;
  return layer.activation == Activation::relu ? relu_mask_bytes(layer.rows, layer.fan_out) : 0;
}

CudaProduct CudaDense::product_of(const DenseForward& layer, Epilogue epilogue) const {
  CudaProduct product{.shape = {false, true, layer.rows, layer.fan_out, layer.fan_in},
                      .epilogue = epilogue,
                      .a = layer.input,
                      .b = layer.weight,
                      .c = layer.output,
                      .bias = layer.bias,
                      .mask = layer.notes};
  if (precision_ == Precision::bf16) {
    product.a = in_notes(layer.notes, notes_of(layer).input);
    product.b = in_notes(layer.notes, notes_of(layer).weight);
  }
  return product;
}

CudaProduct CudaDense::product_of(const DenseBackwardWeights& layer, Epilogue epilogue) const {
  CudaProduct product{.shape = {true, false, layer.fan_out, layer.fan_in, layer.rows},
                      .epilogue = epilogue,
                      .a = layer.delta,
                      .b = layer.input,
                      .c = layer.weight_gradient,
                      .bias_gradient = layer.bias_gradient};
  if (precision_ == Precision::bf16) {
    product.a = in_notes(layer.notes, notes_of(layer).delta);
    product.b = in_notes(layer.notes, notes_of(layer).input);
  }
  return product;
}

CudaProduct CudaDense::product_of(const DenseBackwardInput& layer, Epilogue epilogue) const {
  CudaProduct product{.shape = {false, false, layer.rows, layer.fan_in, layer.fan_out},
                      .epilogue = epilogue,
                      .a = layer.delta,
                      .b = layer.weight,
                      .c = layer.input_delta,
                      .mask = const_cast<void*>(layer.notes_below)};
  if (precision_ == Precision::bf16) {
    product.a = in_notes(layer.notes, notes_of(layer).delta);
    product.b = in_notes(layer.notes, notes_of(layer).weight);
  }
  return product;
}

void CudaDense::run(const DenseForward& layer, Epilogue epilogue, cudaStream_t stream) {
  const CudaProduct product = product_of(layer, epilogue);
  if (precision_ == Precision::bf16) {
    kernels::round_to_bfloat16(
        {layer.input, in_notes(layer.notes, notes_of(layer).input), layer.rows * layer.fan_in},
        {layer.weight, in_notes(layer.notes, notes_of(layer).weight), layer.fan_out * layer.fan_in},
        stream);
  }
  product_.multiply(product, stream);
  if (epilogue != Epilogue::none) return;
  kernels::add_bias_and_activate(
      layer.activation, layer.bias, layer.rows, layer.fan_out, layer.output,
      needs_pre_activation(layer.activation) ? layer.pre_activation : nullptr, stream);
}

void CudaDense::run(const DenseBackwardWeights& layer, Epilogue epilogue, cudaStream_t stream) {
  if (precision_ == Precision::bf16) {
    kernels::round_to_bfloat16(
        {layer.delta, in_notes(layer.notes, notes_of(layer).delta), layer.rows * layer.fan_out}, {},
        stream);
  }
  product_.multiply(product_of(layer, epilogue), stream);
  if (epilogue == Epilogue::bias_gradient) return;
  kernels::sum_columns(layer.delta, layer.rows, layer.fan_out, layer.bias_gradient, stream);
}

void CudaDense::run(const DenseBackwardInput& layer, Epilogue epilogue, cudaStream_t stream) {
  product_.multiply(product_of(layer, epilogue), stream);
  if (epilogue == Epilogue::relu_backward) return;
  kernels::multiply_by_slope(layer.activation, layer.kept, layer.input_delta,
                             layer.rows * layer.fan_in, stream);
}

CudaDense::Site CudaDense::site_of(const DenseForward& layer) const {
  return {key_of(product_of(layer, Epilogue::none)), layer.activation, layer.notes != nullptr};
}

CudaDense::Site CudaDense::site_of(const DenseBackwardWeights& layer) const {
  return {key_of(product_of(layer, Epilogue::none))};
}

CudaDense::Site CudaDense::site_of(const DenseBackwardInput& layer) const {
  return {key_of(product_of(layer, Epilogue::none)), layer.activation};
}

template <class Layer>
Epilogue CudaDense::choice(const Layer& layer, std::vector<Layer>& untried) {
  const auto found = choices_.find(site_of(layer));
  if (found != choices_.end()) return found->second;
  if (watching_) untried.push_back(layer);
  return Epilogue::none;
}

void CudaDense::forward(const DenseForward& layer, cudaStream_t stream) {
  const Epilogue epilogue = choice(layer, forwards_);
  if (epilogue == Epilogue::bias_relu_mask) {
    masks_.insert(layer.notes);
  } else {
    masks_.erase(layer.notes);
  }
  run(layer, epilogue, stream);
}

void CudaDense::backward_weights(const DenseBackwardWeights& layer, cudaStream_t stream) {
  run(layer, choice(layer, weights_), stream);
}

/// Whether to use a mask is chosen together with whether the forward pass leaves one.
void CudaDense::backward_input(const DenseBackwardInput& layer, cudaStream_t stream) {
  choice(layer, inputs_);
  const bool by_mask = masks_.count(layer.notes_below) > 0 &&
                       product_.has_chosen(product_of(layer, Epilogue::relu_backward));
  run(layer, by_mask ? Epilogue::relu_backward : Epilogue::none, stream);
}

}  // namespace curb::backend

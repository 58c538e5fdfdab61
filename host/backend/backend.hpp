// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The trainer's seam: what a device does for a network. Whatever sits above (nn, train, cli) sees
// this header and nothing of CUDA, oneDNN or threads.
//
// Contract, for every operation unless it says otherwise:
// - Pointers are of this backend's device memory (from allocate), aligned to their type. Matrices
//   are row-major and contiguous. Inputs and outputs do not overlap unless it is said that they
//   may be the same. Sizes are not negative; zero rows are no work. None of this is checked.
// - Asynchronous: operations take effect in the order of the calls, together with whatever else
//   runs on stream(), and results are visible to the host after download or synchronize.
// - May be recorded. Then every argument, structs and what they hold included, is captured by
//   value; what differs from one replay to the next comes from device memory: the Clock, the order
//   of the samples, and the plan's own hyper-parameters.
// - Allocates no device memory and waits for nothing. The first use of a shape may prepare the host
//   for it.
// - Deterministic: the same arguments give the same bits on the same device, thread count and
//   instruction set.
// - A failure of the device is a std::runtime_error that names the operation.
//
// Arguments travel in structs, so that more can be said later (several networks at once) without
// touching every caller.
#pragma once

#include <cstddef>
#include <cstdint>
#include <curb/curb.hpp>
#include <curb/rules/activations.hpp>
#include <curb/rules/image_motion.hpp>
#include <curb/rules/philox.hpp>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace curb::backend {

// Both sides of the seam speak of these.
using rules::Activation;
using rules::ImageMotionLimits;
using rules::ImageShape;
using rules::kLeakyReluSlope;
using rules::make_random_key;
using rules::needs_pre_activation;
using rules::PhiloxBlock;
using rules::random_block;
using rules::RandomKey;
using rules::RandomStream;

/// The loss of one sample, of `outputs` numbers; the loss of a batch is the mean over its samples.
enum class Loss : std::uint8_t {
  softmax_cross_entropy,  ///< -log softmax(output)[label]; the outputs are logits
  sigmoid_cross_entropy,  ///< summed over the outputs, which are logits; targets in [0, 1]
  quadratic,              ///< 1/2 |target - output|^2
  mse,                    ///< |target - output|^2 / outputs, as in PyTorch
};

/// How the factors of matrix products are rounded before they are multiplied. Sums are in fp32, as
/// is everything else, the weights too.
enum class Precision : std::uint8_t {
  fp32,  ///< not at all
  tf32,  ///< to 11 bits
  bf16,  ///< to bfloat16: 8 bits
};

/// What changes from step to step, in device memory, so that a replayed step moves on by itself.
struct Clock {
  std::uint64_t step = 0;      ///< steps since the run began: names what is drawn at random
  std::uint64_t position = 0;  ///< where in the order of the samples the next batch begins
};

/// Sums over samples, in device memory. Operations add to it; clear it with Backend::clear.
struct LossSum {
  double loss = 0.0;
  std::uint64_t samples = 0;
  /// Samples predicted rightly. With labels: the largest output (the first of equals) is the
  /// label's. With targets: under sigmoid_cross_entropy every output is on its target's side of
  /// one half; otherwise always 0. A row with a NaN among its outputs is not predicted rightly.
  std::uint64_t correct = 0;
};

/// output = activation(input weight^T + bias)
struct DenseForward {
  std::int64_t rows = 0;
  std::int64_t fan_in = 0;
  std::int64_t fan_out = 0;
  const float* input = nullptr;   ///< [rows, fan_in]
  const float* weight = nullptr;  ///< [fan_out, fan_in]
  const float* bias = nullptr;    ///< [fan_out]
  Activation activation = Activation::identity;
  float* output = nullptr;          ///< [rows, fan_out]
  float* pre_activation = nullptr;  ///< [rows, fan_out]; written where needs_pre_activation
  /// Backend::dense_notes_bytes, aligned to 256 bytes: where the forward pass leaves what suits the
  /// device for the backward passes of the same rows. Null where no backward pass follows and the
  /// precision is fp32 or tf32.
  void* notes = nullptr;
};

/// weight_gradient = delta^T input, bias_gradient = the column sums of delta; both overwrite.
struct DenseBackwardWeights {
  std::int64_t rows = 0;
  std::int64_t fan_in = 0;
  std::int64_t fan_out = 0;
  const float* delta = nullptr;      ///< [rows, fan_out]: of the layer's pre-activations
  const float* input = nullptr;      ///< [rows, fan_in]: what the layer saw
  float* weight_gradient = nullptr;  ///< [fan_out, fan_in]
  float* bias_gradient = nullptr;    ///< [fan_out]
  void* notes = nullptr;             ///< of the forward pass
};

/// input_delta = (delta weight) * activation'(kept): the delta of the pre-activations of the layer
/// below, whose activation this is.
struct DenseBackwardInput {
  std::int64_t rows = 0;
  std::int64_t fan_in = 0;
  std::int64_t fan_out = 0;
  const float* delta = nullptr;   ///< [rows, fan_out]
  const float* weight = nullptr;  ///< [fan_out, fan_in]
  Activation activation = Activation::identity;
  const float* kept = nullptr;   ///< [rows, fan_in]: see ActivationBackward; not for identity
  float* input_delta = nullptr;  ///< [rows, fan_in]
  /// Of the forward passes of this layer, which dense_backward_weights has come after, and of the
  /// layer below.
  void* notes = nullptr;
  const void* notes_below = nullptr;
};

/// delta *= activation'(kept)
struct ActivationBackward {
  Activation activation = Activation::identity;
  /// [count]: the activation's outputs (before any dropout); where needs_pre_activation, its
  /// inputs.
  const float* kept = nullptr;
  float* delta = nullptr;  ///< [count]
  std::int64_t count = 0;
};

/// Adds the losses of the samples to `sum`, and writes the gradient of the batch's mean loss. With
/// class weights the loss of a sample is multiplied by its label's, and the mean is still over the
/// number of samples.
struct LossPass {
  Loss loss = Loss::softmax_cross_entropy;
  std::int64_t rows = 0;
  std::int64_t outputs = 0;
  const float* output = nullptr;         ///< [rows, outputs]
  const std::int32_t* labels = nullptr;  ///< [rows]: the targets are one-hot; each in [0, outputs)
  const float* targets = nullptr;        ///< [rows, outputs]: instead of labels, but for softmax
  const float* class_weights = nullptr;  ///< [outputs]; null: all 1. With labels only
  float* delta = nullptr;                ///< [rows, outputs]; null: none; may be `output`
  LossSum* sum = nullptr;
};

/// What is drawn is named by the key and the clock's step: the same call in the same step draws the
/// same, which is how a backward pass meets its dropout mask again.
struct Randomness {
  RandomKey key{};
  const Clock* clock = nullptr;
};

/// y = x / (1 - probability) for elements that are kept and 0 for the others, each dropped with
/// `probability` (inverted dropout, Srivastava et al. 2014). Backward: the same, of the delta.
struct Dropout {
  Randomness randomness;
  float probability = 0.0f;  ///< in [0, 1)
  const float* x = nullptr;  ///< [count]
  float* y = nullptr;        ///< [count]; may be x
  std::int64_t count = 0;
};

/// y = x + deviation * normal(0, 1)
struct GaussianNoise {
  Randomness randomness;
  float deviation = 0.0f;
  const float* x = nullptr;  ///< [count]
  float* y = nullptr;        ///< [count]; may be x
  std::int64_t count = 0;
};

/// Image i of y is image i of x, turned and shifted by what block i of the stream draws within the
/// limits (rules/image_motion.hpp).
struct MoveImages {
  Randomness randomness;
  ImageMotionLimits limits;
  ImageShape shape;
  const float* x = nullptr;  ///< [images, height, width]
  float* y = nullptr;        ///< likewise; not x
  std::int64_t images = 0;
};

/// Row i of the batch is sample order[clock->position + ahead + i] of the data, which may lie in
/// Place::host.
struct Gather {
  std::int64_t rows = 0;
  std::int64_t ahead = 0;
  const std::uint32_t* order = nullptr;  ///< must hold position + ahead + rows indices at least
  const Clock* clock = nullptr;
  std::int64_t columns = 0;
  const float* features = nullptr;       ///< [samples, columns]
  float* batch_features = nullptr;       ///< [rows, columns]
  const std::int32_t* labels = nullptr;  ///< [samples]; null: none
  std::int32_t* batch_labels = nullptr;  ///< [rows]
  std::int64_t target_columns = 0;
  const float* targets = nullptr;  ///< [samples, target_columns]; null: none
  float* batch_targets = nullptr;  ///< [rows, target_columns]
};

/// Where memory lies.
enum class Place : std::uint8_t {
  device,
  host,  ///< the host reads and writes it as its own, and Backend::gather reads it, but slowly
};

/// A point in the order of the operations.
class Moment {
 public:
  virtual ~Moment() = default;
  /// Whether all that was asked for before it is done, so that the host sees what it left. Does not
  /// wait.
  virtual bool has_passed() = 0;
  virtual void wait() = 0;
  /// By the device's clock. Both must have passed, and be of the same backend.
  virtual double seconds_since(const Moment& earlier) const = 0;
};

/// Operations that run again, with the arguments they were recorded with.
class Recording {
 public:
  virtual ~Recording() = default;
  virtual void replay() = 0;
};

/// May be used by one thread at a time. Outlives its memory and its recordings.
class Backend {
 public:
  virtual ~Backend() = default;

  /// Where to make a Plan over this backend's memory, and where to run its steps.
  virtual Device device() const = 0;
  virtual Stream stream() const = 0;
  /// What this is and how many threads it uses, in one line for people.
  virtual std::string description() const = 0;
  /// What the bits of results depend on beside their arguments: the processor or device, the
  /// threads, the instruction set, the library of matrix products and its version. A run goes on
  /// bit for bit on a backend of the same signature.
  virtual std::string signature() const = 0;

  /// `bytes` of memory, zero, aligned to 256 bytes; null for none. Throws std::bad_alloc. May wait.
  /// Prefer Buffer.
  virtual void* allocate(std::size_t bytes, Place place) = 0;
  /// Takes back what allocate gave for `place`, or null. May wait.
  virtual void release(void* memory, Place place) noexcept = 0;
  /// Bytes of device memory that are still to be had, as far as is known.
  virtual std::size_t free_memory() const = 0;

  /// From host memory, which the caller may reuse at once. Not for recordings.
  virtual void upload(const void* from, void* to, std::size_t bytes) = 0;
  /// To host memory. Waits. Not for recordings.
  virtual void download(const void* from, void* to, std::size_t bytes) = 0;
  /// To memory of Place::host, without waiting: it is there when a moment() that was asked for
  /// later has passed. Not for recordings.
  virtual void download_later(const void* from, void* to, std::size_t bytes) = 0;
  virtual void copy(const void* from, void* to, std::size_t bytes) = 0;
  /// Sets bytes to zero.
  virtual void clear(void* memory, std::size_t bytes) = 0;

  /// The size of the notes that are kept between the passes of a layer with these rows, fan_in,
  /// fan_out and activation; not less for more rows.
  virtual std::size_t dense_notes_bytes(const DenseForward& layer) const = 0;
  virtual void dense_forward(const DenseForward& layer) = 0;
  virtual void dense_backward_weights(const DenseBackwardWeights& layer) = 0;
  virtual void dense_backward_input(const DenseBackwardInput& layer) = 0;
  virtual void activation_backward(const ActivationBackward& layer) = 0;
  virtual void loss(const LossPass& pass) = 0;
  virtual void dropout(const Dropout& dropout) = 0;
  virtual void add_gaussian_noise(const GaussianNoise& noise) = 0;
  virtual void move_images(const MoveImages& move) = 0;
  virtual void gather(const Gather& gather) = 0;
  /// ++clock->step, clock->position += rows.
  virtual void advance(Clock* clock, std::int64_t rows) = 0;

  /// Asks for `operations`, which may take effect beside what is asked for after them: until
  /// meet(), after which everything comes after them. Not within each other.
  virtual void beside(const std::function<void()>& operations) = 0;
  virtual void meet() = 0;

  virtual void synchronize() = 0;
  /// The point between what was asked for before and after it. Not for recordings.
  virtual std::unique_ptr<Moment> moment() = 0;

  /// Records what `operations` asks of this backend, and of plans on its stream. It may be called
  /// now, later, once or at every replay: it must always ask for the same. Nothing of it has taken
  /// effect when this returns. May wait, and try on memory of its own how the device does this
  /// best.
  virtual std::unique_ptr<Recording> record(std::function<void()> operations) = 0;

  /// What was chosen for this device while the program ran (algorithms of matrix products): a text
  /// for checkpoints. Empty where nothing is.
  virtual std::string tuning() const = 0;
  /// Takes over what tuning() gave, so that a resumed run gives the same bits; to be called before
  /// anything is recorded. Throws std::invalid_argument, which says why, for a text that is damaged
  /// or was made on another device or with another version of its library.
  virtual void restore_tuning(std::string_view tuning) = 0;
};

/// Memory for `size` values, zero at first.
template <class T>
class Buffer {
  static_assert(std::is_trivially_copyable_v<T>, "device memory is copied byte by byte");

 public:
  Buffer() = default;
  Buffer(Backend& backend, std::size_t size, Place place = Place::device)
      : backend_(&backend),
        data_(static_cast<T*>(backend.allocate(size * sizeof(T), place))),
        size_(size),
        place_(place) {}
  Buffer(Buffer&& other) noexcept { swap(other); }
  Buffer& operator=(Buffer&& other) noexcept {
    Buffer(std::move(other)).swap(*this);
    return *this;
  }
  ~Buffer() {
    if (data_ != nullptr) backend_->release(data_, place_);
  }

  T* data() { return data_; }
  const T* data() const { return data_; }
  std::size_t size() const { return size_; }
  std::size_t bytes() const { return size_ * sizeof(T); }

  /// These are for Place::device. `values` must have size() elements.
  void upload(std::span<const T> values) {
    backend_->upload(values.data(), data_, values.size_bytes());
  }
  std::vector<T> download() const {
    std::vector<T> values(size_);
    if (size_ > 0) backend_->download(data_, values.data(), bytes());
    return values;
  }
  void clear() { backend_->clear(data_, bytes()); }

 private:
  void swap(Buffer& other) noexcept {
    std::swap(backend_, other.backend_);
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    std::swap(place_, other.place_);
  }

  Backend* backend_ = nullptr;
  T* data_ = nullptr;
  std::size_t size_ = 0;
  Place place_ = Place::device;
};

/// `threads`: as many as OpenMP would use if 0.
std::unique_ptr<Backend> make_cpu_backend(int threads = 0);

}  // namespace curb::backend

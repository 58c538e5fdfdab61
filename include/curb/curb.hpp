// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The C++ API: named groups and tensors, a Plan over them, one fused step.
//
//   curb::Group hidden;
//   hidden.name = "hidden";
//   hidden.modes.optimizer = curb::OptimizerKind::momentum;
//   hidden.hyperparameters.l1 = 1e-5f;
//   hidden.hyperparameters.max_norm = 3.0f;
//   curb::Plan plan(curb::Device::cuda(0), {hidden}, {curb::Tensor::matrix("w", w, 1024, 784)});
//   plan.bind_gradients({dw}, stream);   // every step, if the gradients move
//   plan.step(stream);
//
// The caller owns every tensor; the plan owns only its tables. No function needs a current device.
#pragma once

#include <curb/export.h>

#include <cstddef>
#include <cstdint>
#include <curb/rules/hyperparameters.hpp>
#include <curb/rules/storage.hpp>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

struct CUstream_st;

namespace curb {

using rules::DataType;
using rules::Hyperparameters;
using rules::L1Mode;
using rules::L2Mode;
using rules::MaxNormMode;
using rules::Modes;
using rules::OptimizerKind;
using rules::Storage;

using Stream = CUstream_st*;  ///< the same type as cudaStream_t; ignored on the CPU

/// Bad arguments and refused combinations; the message names the tensor, group or field. A failure
/// of CUDA itself is a std::runtime_error that names the call or the kernel.
class CURB_API Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The device that a plan was asked for is not there, or not for this build of curb.
class CURB_API NoDevice : public Error {
 public:
  using Error::Error;
};

/// Where a plan steps.
struct Device {
  enum class Kind : std::uint8_t { cpu, cuda };
  Kind kind = Kind::cpu;
  int index = 0;    ///< CUDA device ordinal
  int threads = 0;  ///< CPU threads; 0: as many as OpenMP would use

  static Device cpu(int threads = 0) { return {Kind::cpu, 0, threads}; }
  static Device cuda(int index = 0) { return {Kind::cuda, index, 0}; }
};

/// Where a neuron's incoming weights lie in a matrix stored [rows][leading_dimension].
enum class Incoming : std::uint8_t {
  row,     ///< neuron = row: [out, in], as in PyTorch
  column,  ///< neuron = column: [in, out], as in Keras and JAX
};

/// Which vectors the group penalty shrinks together.
enum class GroupLassoOver : std::uint8_t {
  incoming,  ///< a neuron's incoming weights: removes neurons
  outgoing,  ///< an input's outgoing weights: removes inputs (feature selection)
};

/// Tensors that share an optimiser and hyper-parameters.
struct Group {
  std::string name;
  Modes modes;
  Hyperparameters hyperparameters;
  GroupLassoOver group_lasso_over = GroupLassoOver::incoming;
  /// Set where group_lasso or max_norm are off at first and will be switched on later: whether a
  /// tensor's rows are held together is decided once, when the plan is built.
  bool reserve_row_stages = false;
};

/// A parameter and what lies beside it. All pointers are of the plan's device, all arrays have the
/// parameter's layout, and none may overlap another.
struct Tensor {
  std::string name;
  std::size_t group = 0;  ///< index into the plan's groups
  std::int64_t rows = 0;
  std::int64_t columns = 0;
  std::int64_t leading_dimension = 0;  ///< elements from row to row; 0: columns
  Incoming incoming = Incoming::row;
  bool regularised = true;  ///< false: free of every penalty, decay and constraint
  Storage storage = Storage::float32;
  /// The fp32 weights: of float32 and bfloat16_master. Not read by a step of the other storages.
  float* parameter = nullptr;
  /// The bfloat16 weights of every storage but float32. A row of them may be longer than max_norm
  /// by the rounding to bfloat16: by a factor of 1 + 2^-8, with bfloat16_stochastic 1 + 2^-7.
  std::uint16_t* bfloat16 = nullptr;
  std::uint16_t* remainder = nullptr;  ///< of bfloat16_remainder: begins as rules::split gives it
  DataType gradient_type = DataType::float32;
  /// The optimiser's state, zero before the first step. sgd: none; with cumulative L1: {penalty
  /// received}; momentum and nesterov: {velocity}; adam: {first moment, second moment}; adagrad and
  /// rmsprop: {squared gradients}. Of float, but for a velocity that may be of bfloat16.
  void* state[2] = {nullptr, nullptr};
  DataType state_type[2] = {DataType::float32, DataType::float32};
  /// Optional: the exponential moving average of the weights as they are stored, which begins as a
  /// copy of them and is updated in the same pass. It has no exact zeros.
  float* ema = nullptr;
  const std::uint8_t* mask = nullptr;  ///< optional; 0 holds the weight at zero

  /// [rows][columns] without gaps, a neuron in each row.
  static Tensor matrix(std::string name, float* parameter, std::int64_t rows, std::int64_t columns,
                       std::size_t group = 0) {
    Tensor t;
    t.name = std::move(name);
    t.group = group;
    t.rows = rows;
    t.columns = columns;
    t.parameter = parameter;
    return t;
  }
  /// A tensor of rank below two (a bias), which is free of regularisation unless asked for.
  static Tensor vector(std::string name, float* parameter, std::int64_t length,
                       std::size_t group = 0) {
    Tensor t = matrix(std::move(name), parameter, 1, length, group);
    t.regularised = false;
    return t;
  }
};

/// How many states a tensor of a group with these modes needs (0 to 2).
CURB_API int state_count(const Modes& modes);

/// A group's memory, for checkpoints. Plain numbers; the tensors' states are the caller's already.
using GroupState = rules::FilterState;

/// What a plan does beyond the groups' updates. Pointers are of the plan's device and are read at
/// every step.
struct PlanOptions {
  /// The norm of the data gradient (unscaled, over all tensors, without masked weights) that is not
  /// to be exceeded: a longer gradient is multiplied by clip_norm / norm. Needs a pass of its own
  /// over the gradients. In (0, infinity]; infinity: none.
  float clip_norm = rules::kInfinity;
  /// A step with a gradient that holds NaN or infinity (masked weights aside) changes nothing: no
  /// weight, no state, no step count. Needs a pass over the gradients, the same as clip_norm's.
  bool skip_non_finite = false;
  /// Optional scalar: the step is skipped as well where it is not zero.
  const float* found_inf = nullptr;
  /// Optional scalar, by which all gradients are divided (beside gradient_scale): the loss scale.
  const float* loss_scale = nullptr;
  /// Every step leaves the gradients zero, a skipped one too: see bind_writable_gradients.
  bool zero_gradients = false;
  /// collect_statistics may be called.
  bool statistics = false;
  /// Of Storage::bfloat16_stochastic. The numbers drawn depend on the seed, the step, the tensor's
  /// name and the element's place in storage.
  std::uint64_t seed = 0;
};

/// Counters since the plan was built, and the last gradient.
struct StepStatistics {
  std::uint64_t clamped_rows = 0;     ///< rows that max-norm rescaled
  std::uint64_t non_finite_rows = 0;  ///< rows left alone because they hold NaN or infinity
  std::uint64_t skipped_steps = 0;    ///< see PlanOptions::skip_non_finite and found_inf
  /// Of the last step, as clip_norm is compared with it; 0 where the gradients are not measured.
  double gradient_norm = 0.0;
};

/// A tensor as collect_statistics found it.
struct TensorStatistics {
  std::uint64_t zeros = 0;  ///< weights that are exactly zero
  /// l1 |w|_1 + l2/2 |w|^2 + group_lasso sum_r sqrt(|r|) |w_r| with the group's coefficients of the
  /// moment, in double, added in a fixed order. Zero for a tensor that is free of regularisation.
  double penalty = 0.0;
  std::uint64_t clamped_rows = 0;     ///< since the plan was built, as in StepStatistics
  std::uint64_t non_finite_rows = 0;  ///< likewise
};

/// What the plan does in a step.
struct PlanDescription {
  /// One tensor.
  struct Entry {
    std::string tensor;
    std::string group;
    std::string tier;
    std::string storage;
    std::int64_t parameters = 0;
    std::int64_t bytes_read = 0;     ///< in one step, weights through gradients
    std::int64_t bytes_written = 0;  ///< likewise
    std::int64_t bytes = 0;          ///< both
  };
  std::vector<Entry> tensors;
  int launches = 0;  ///< kernels per step, the prologue included; 0 on the CPU
  std::int64_t bytes_read = 0;
  std::int64_t bytes_written = 0;
  std::int64_t bytes = 0;
};
/// The time in seconds below which no step can be on a memory of `bytes_per_second`, caches aside.
CURB_API double floor_seconds(const PlanDescription& description, double bytes_per_second);
/// As text, a line per tensor.
CURB_API std::string to_string(const PlanDescription& description);

/// A plan may be used by one thread at a time. Movable, not copyable.
class CURB_API Plan {
 public:
  /// Builds the tables. Throws Error for null, overlapping or misshapen tensors, hyper-parameters
  /// out of range, and combinations without an exact meaning, each by name. Allocates on the device
  /// and synchronises it.
  Plan(const Device& device, std::vector<Group> groups, std::vector<Tensor> tensors,
       const PlanOptions& options = {});
  ~Plan();
  Plan(Plan&&) noexcept;
  Plan& operator=(Plan&&) noexcept;

  /// One gradient per tensor, in the tensors' order: of the tensor's gradient_type, in the
  /// parameter's layout, and overlapping no array of the plan; two gradients may be the same. Takes
  /// effect for later steps on `stream`. Copies nothing from pageable memory, allocates nothing and
  /// does not synchronise; may be captured. Throws Error, by name, for a gradient that is null,
  /// misaligned or overlaps (from its first element to its last, whatever lies between its rows);
  /// and in a plan that zeroes its gradients. Whether the device can reach them is asked the first
  /// time only.
  void bind_gradients(const std::vector<const void*>& gradients, Stream stream = nullptr);

  /// The same, of memory that the step may write, so that no two may overlap: for a plan that
  /// zeroes its gradients.
  void bind_writable_gradients(const std::vector<void*>& gradients, Stream stream = nullptr);

  /// Replaces a group's hyper-parameters for later steps on `stream`; a captured graph of step()
  /// sees them at its next replay. Throws Error for a value out of range. Asynchronous.
  void set_hyperparameters(std::size_t group, const Hyperparameters& value,
                           Stream stream = nullptr);

  /// One step of every tensor. Asynchronous on CUDA: allocates nothing, synchronises nothing, may
  /// be captured. Gradients must have been bound.
  void step(Stream stream = nullptr);

  /// 1 if the last step was skipped, else 0: a scalar in the plan's device memory, valid as long as
  /// the plan, to be read in the order of the steps' stream. Null in a plan that skips no step.
  const float* found_inf() const;

  /// Counts zeros and adds up the penalty of every tensor as it is now, in one pass over the
  /// weights. Asynchronous, may be captured. Throws Error without PlanOptions::statistics.
  void collect_statistics(Stream stream = nullptr);
  /// What collect_statistics found last, in the tensors' order (zeros, before the first call);
  /// waits for `stream`.
  std::vector<TensorStatistics> tensor_statistics(Stream stream = nullptr) const;

  /// Each group's step count and filters; waits for `stream`.
  std::vector<GroupState> export_state(Stream stream = nullptr) const;
  /// The reverse, in the groups' order; waits for `stream`. Throws Error for what no step can have
  /// left behind.
  void import_state(const std::vector<GroupState>& state, Stream stream = nullptr);

  StepStatistics statistics(Stream stream = nullptr) const;  ///< waits for `stream`
  PlanDescription describe() const;  ///< allocates on the host, asks nothing of the device

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace curb

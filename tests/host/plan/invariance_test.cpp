// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The bits of a step depend on the numbers alone: not on where and which way round a matrix lies in
// memory, nor on what lies beside it. And nothing outside a tensor is written or counts. (That the
// instruction set does not matter either: host_step_test.cpp; nor the number of threads:
// tests/cases/case_invariance_test.cpp.)
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <curb/curb.hpp>
#include <limits>
#include <ostream>
#include <random>
#include <string>
#include <vector>

#include "tests/host/plan/tensor_run.hpp"
#include "tests/rules/float_bits.hpp"

namespace curb::testing {
namespace {

using Floats = std::vector<float>;

// Rows of three segments whose last is ragged.
constexpr std::int64_t kNeurons = 37;
constexpr std::int64_t kFanIn = 1037;
constexpr std::size_t kWeights = kNeurons * kFanIn;
constexpr int kSteps = 3;

// Every regulariser that the mode of the rows admits.
struct Case {
  std::string name;
  Group group;
};

void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

Group regularised(OptimizerKind optimizer, rules::L1Mode l1) {
  Group group;
  group.name = "group";
  group.modes.optimizer = optimizer;
  group.modes.l1 = l1;
  group.modes.l2 = rules::L2Mode::prox;
  group.modes.max_norm = rules::MaxNormMode::exact;
  group.hyperparameters.learning_rate = 0.01f;
  group.hyperparameters.l1 = 0.05f;
  group.hyperparameters.l2 = 0.1f;
  group.hyperparameters.weight_decay = 0.1f;
  return group;
}

std::vector<Case> cases() {
  std::vector<Case> result;
  const auto add = [&result](const std::string& name, const Group& elements) {
    result.push_back({name + "_elements", elements});
    Group incoming = elements;
    incoming.hyperparameters.group_lasso = 0.02f;
    incoming.hyperparameters.max_norm = 17.0f;  // about a half of the rows are longer
    result.push_back({name + "_incoming", incoming});
    Group outgoing = elements;
    outgoing.hyperparameters.group_lasso = 0.3f;
    outgoing.group_lasso_over = GroupLassoOver::outgoing;
    result.push_back({name + "_outgoing", outgoing});
  };
  add("sgd", regularised(OptimizerKind::sgd, rules::L1Mode::prox));
  add("cumulative_sgd", regularised(OptimizerKind::sgd, rules::L1Mode::cumulative));
  add("momentum", regularised(OptimizerKind::momentum, rules::L1Mode::prox));
  add("nesterov", regularised(OptimizerKind::nesterov, rules::L1Mode::sign));
  add("adam", regularised(OptimizerKind::adam, rules::L1Mode::prox));
  add("adagrad", regularised(OptimizerKind::adagrad, rules::L1Mode::prox));
  add("rmsprop", regularised(OptimizerKind::rmsprop, rules::L1Mode::sign));
  return result;
}

// Neuron by neuron, however they are stored.
struct Problem {
  Problem() : weights(kWeights), gradients(kSteps, Floats(kWeights)), mask(kWeights) {
    std::mt19937_64 random(20240610);
    std::normal_distribution<float> normal;
    for (std::int64_t neuron = 0; neuron < kNeurons; ++neuron) {
      const float scale = neuron % 2 == 0 ? 0.4f : 0.8f;  // of norms 13 and 26
      for (std::int64_t i = 0; i < kFanIn; ++i) {
        weights[static_cast<std::size_t>(neuron * kFanIn + i)] = scale * normal(random);
      }
    }
    for (Floats& gradient : gradients) {
      for (float& g : gradient) g = normal(random);
    }
    for (std::uint8_t& keep : mask) keep = random() % 8 != 0;
  }

  Floats weights;
  std::vector<Floats> gradients;
  std::vector<std::uint8_t> mask;
};

struct Placement {
  Incoming incoming = Incoming::row;
  std::size_t offset = 0;    // of the first element from the beginning of its allocation
  std::int64_t padding = 0;  // between the end of a stored row and the next
};

// Where the weight of an input to a neuron lies.
class Addressing {
 public:
  explicit Addressing(const Placement& placement)
      : incoming_(placement.incoming), offset_(placement.offset), padding_(placement.padding) {}

  std::int64_t rows() const { return incoming_ == Incoming::row ? kNeurons : kFanIn; }
  std::int64_t columns() const { return incoming_ == Incoming::row ? kFanIn : kNeurons; }
  std::int64_t leading_dimension() const { return columns() + padding_; }
  std::size_t size() const {
    return 2 * offset_ + static_cast<std::size_t>(rows() * leading_dimension());
  }
  std::size_t at(std::size_t weight) const {
    const auto neuron = static_cast<std::int64_t>(weight) / kFanIn;
    const auto input = static_cast<std::int64_t>(weight) % kFanIn;
    const bool by_row = incoming_ == Incoming::row;
    return offset_ + static_cast<std::size_t>((by_row ? neuron : input) * leading_dimension() +
                                              (by_row ? input : neuron));
  }

 private:
  Incoming incoming_;
  std::size_t offset_;
  std::int64_t padding_;
};

// An array of the tensor's layout in a sea of `beside`.
template <class T>
class Stored {
 public:
  Stored(const Addressing& addressing, const std::vector<T>& values, T beside)
      : addressing_(addressing), memory_(addressing.size(), beside), original_(memory_) {
    assign(values);
  }

  void assign(const std::vector<T>& values) {
    for (std::size_t i = 0; i < values.size(); ++i) memory_[addressing_.at(i)] = values[i];
  }

  T* data(std::size_t offset) { return memory_.data() + offset; }

  std::vector<T> values() const {
    std::vector<T> result;
    for (std::size_t i = 0; i < kWeights; ++i) result.push_back(memory_[addressing_.at(i)]);
    return result;
  }

  // Everything beside the tensor.
  std::vector<T> surroundings() const {
    std::vector<T> result = memory_;
    for (std::size_t i = 0; i < kWeights; ++i) result[addressing_.at(i)] = T{};
    return result;
  }
  std::vector<T> original_surroundings() const {
    std::vector<T> result = original_;
    for (std::size_t i = 0; i < kWeights; ++i) result[addressing_.at(i)] = T{};
    return result;
  }

 private:
  Addressing addressing_;
  std::vector<T> memory_;
  std::vector<T> original_;
};

struct Outcome {
  std::array<std::vector<std::uint32_t>, 3> arrays;  // weights and both states
  std::uint64_t clamped_rows = 0;
};

// The tensor and all that lies beside it, in NaN: whatever strays in shows.
struct Memory {
  Memory(const Problem& problem, const Placement& placement)
      : addressing(placement),
        weight(addressing, problem.weights, kNan),
        gradient(addressing, problem.gradients[0], kNan),
        state{Stored<float>(addressing, Floats(kWeights, 0.0f), kNan),
              Stored<float>(addressing, Floats(kWeights, 0.0f), kNan)},
        mask(addressing, problem.mask, 1) {
    tensor =
        Tensor::matrix("w", weight.data(placement.offset), addressing.rows(), addressing.columns());
    tensor.leading_dimension = addressing.leading_dimension();
    tensor.incoming = placement.incoming;
    tensor.state[0] = state[0].data(placement.offset);
    tensor.state[1] = state[1].data(placement.offset);
    tensor.mask = mask.data(placement.offset);
  }

  Outcome outcome() const {
    for (const Stored<float>* array : {&weight, &gradient, &state[0], &state[1]}) {
      EXPECT_EQ(bits(array->surroundings()), bits(array->original_surroundings()));
    }
    Outcome result;
    result.arrays = {bits(weight.values()), bits(state[0].values()), bits(state[1].values())};
    return result;
  }

  static constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  Addressing addressing;
  Stored<float> weight;
  Stored<float> gradient;
  std::array<Stored<float>, 2> state;
  Stored<std::uint8_t> mask;
  Tensor tensor;
};

Outcome run(const Group& group, const Placement& placement) {
  const Problem problem;
  Memory memory(problem, placement);
  Plan plan(Device::cpu(1), {group}, {memory.tensor});
  plan.bind_gradients({memory.gradient.data(placement.offset)});
  for (const Floats& gradient : problem.gradients) {
    memory.gradient.assign(gradient);
    plan.step();
  }
  Outcome outcome = memory.outcome();
  outcome.clamped_rows = plan.statistics().clamped_rows;
  EXPECT_EQ(plan.statistics().non_finite_rows, 0U);
  return outcome;
}

// Without the arrays in the message: 38,000 numbers say no more than the place of the first.
void expect_same(const Outcome& actual, const Outcome& expected, const std::string& what) {
  constexpr std::array kNames = {"weight", "state[0]", "state[1]"};
  for (std::size_t a = 0; a < kNames.size(); ++a) {
    const auto differing = std::mismatch(actual.arrays[a].begin(), actual.arrays[a].end(),
                                         expected.arrays[a].begin(), expected.arrays[a].end());
    EXPECT_EQ(differing.first, actual.arrays[a].end())
        << what << ": " << kNames[a] << " differs at "
        << differing.first - actual.arrays[a].begin();
  }
  EXPECT_EQ(actual.clamped_rows, expected.clamped_rows) << what;
}

class SameBits : public ::testing::TestWithParam<Case> {};

TEST_P(SameBits, WhicheverWayRoundTheMatrixIsStored) {
  const Outcome by_row = run(GetParam().group, {});
  Placement placement;
  placement.incoming = Incoming::column;
  expect_same(run(GetParam().group, placement), by_row, "transposed");
}

TEST_P(SameBits, WithPaddingBetweenTheRows) {
  const Outcome contiguous = run(GetParam().group, {});
  for (const std::int64_t padding : {1, 3, 27}) {
    for (const Incoming incoming : {Incoming::row, Incoming::column}) {
      Placement placement;
      placement.padding = padding;
      placement.incoming = incoming;
      expect_same(run(GetParam().group, placement), contiguous,
                  "padding of " + std::to_string(padding));
    }
  }
}

TEST_P(SameBits, AtAnyAlignment) {
  const Outcome aligned = run(GetParam().group, {});
  for (const std::size_t offset : {1U, 2U, 3U, 5U, 15U}) {
    Placement placement;
    placement.offset = offset;
    expect_same(run(GetParam().group, placement), aligned, "offset " + std::to_string(offset));
  }
}

INSTANTIATE_TEST_SUITE_P(All, SameBits, ::testing::ValuesIn(cases()),
                         [](const ::testing::TestParamInfo<Case>& c) { return c.param.name; });

// Random rows would hardly ever tell one order of summation from another after rounding to fp32;
// this one does. Its first weight is the radius c, and the square of each other one is lost when it
// is added to c^2 by itself, but not when they are added to one another first, as in the canonical
// order: added in sequence the row seems to be on the sphere, and canonically it is outside.
TEST(RowSums, HaveTheCanonicalOrderInEveryLayout) {
  constexpr float kRadius = 17.0f;
  constexpr float kSmall = 1.5e-7f;
  constexpr std::size_t kColumns = 5;  // neurons side by side
  for (const std::size_t length : {300U, 1300U, 9000U}) {
    Floats row(length, kSmall);
    row[0] = kRadius;
    double in_sequence = 0.0;
    for (const float w : row) in_sequence += static_cast<double>(w) * w;
    ASSERT_EQ(in_sequence, static_cast<double>(kRadius) * kRadius);
    for (const OptimizerKind optimizer : {OptimizerKind::sgd, OptimizerKind::adam}) {
      Group group;
      group.modes.optimizer = optimizer;
      group.hyperparameters.max_norm = kRadius;
      TensorRun by_row(group, 1, static_cast<std::int64_t>(length), row);
      by_row.step(Floats(length, 0.0f));
      EXPECT_EQ(by_row.plan().statistics().clamped_rows, 1U) << length;

      Floats columns(length * kColumns, kSmall);
      std::fill_n(columns.begin(), kColumns, kRadius);
      TensorOptions options;
      options.incoming = Incoming::column;
      TensorRun by_column(group, static_cast<std::int64_t>(length), kColumns, columns, options);
      by_column.step(Floats(columns.size(), 0.0f));
      EXPECT_EQ(by_column.plan().statistics().clamped_rows, kColumns) << length;
    }
  }
}

// The cases must use what they name, or their agreement says little.
TEST(InvarianceCases, ReachEveryStage) {
  for (const Case& c : cases()) {
    const Outcome outcome = run(c.group, {});
    const auto zeros = std::count(outcome.arrays[0].begin(), outcome.arrays[0].end(), 0U);
    EXPECT_GE(zeros, static_cast<std::ptrdiff_t>(kWeights / 16)) << c.name;  // the mask's at least
    const bool clamps = c.group.hyperparameters.max_norm < rules::kInfinity;
    EXPECT_GE(outcome.clamped_rows, clamps ? 1U : 0U) << c.name;
    EXPECT_LE(outcome.clamped_rows, clamps ? kSteps * kNeurons - 1U : 0U) << c.name;
  }
}

}  // namespace
}  // namespace curb::testing

// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The bits of a step depend on the numbers alone: not on how many threads there are, how the work
// is cut, what lies beside a tensor, how it is aligned, nor which way round it is stored. (Random
// bits of stochastic rounding do depend on where in storage an element lies.)
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <curb/curb.hpp>
#include <memory>
#include <string>
#include <vector>

#include "host/plan/host_step.hpp"
#include "host/plan/layout.hpp"
#include "tests/cases/case.hpp"
#include "tests/cases/case_problem.hpp"
#include "tests/rules/optimizer_kinds.hpp"

namespace curb::testing {
namespace {

/// Those that cover every pair of settings, and the plain fp32 step of every optimiser.
std::vector<Case> cases() {
  std::vector<Case> result = covering_cases();
  for (const OptimizerKind optimizer : kAllOptimizers) {
    for (const RowStages rows : {RowStages::none, RowStages::group_and_max_norm}) {
      for (const Incoming incoming : {Incoming::row, Incoming::column}) {
        if (rows == RowStages::none && incoming == Incoming::column) continue;
        Case c;
        c.optimizer = optimizer;
        c.rows = rows;
        c.incoming = incoming;
        result.push_back(c);
      }
    }
  }
  return result;
}

/// A problem's arrays, each `offset` of its elements past an aligned address.
class Memory {
 public:
  explicit Memory(const CaseProblem& problem, std::size_t offset = 0) : problem_(problem) {
    for (int name = 0; name < TensorArrays::count; ++name) {
      const Bytes& bytes = problem.arrays().bytes[static_cast<std::size_t>(name)];
      const std::size_t elements = problem.extent();
      const std::size_t shift = offset * (bytes.size() / elements);
      auto& memory = memory_[static_cast<std::size_t>(name)];
      memory.resize(bytes.empty() ? 0 : bytes.size() + shift);
      shift_[static_cast<std::size_t>(name)] = shift;
      std::copy(bytes.begin(), bytes.end(), memory.begin() + static_cast<std::ptrdiff_t>(shift));
    }
  }

  Tensor tensor() {
    Tensor tensor = problem_.tensor();
    attach([this](TensorArrays::Name name) { return data(name); }, tensor);
    return tensor;
  }
  void* data(TensorArrays::Name name) {
    const auto i = static_cast<std::size_t>(name);
    return memory_[i].empty() ? nullptr : memory_[i].data() + shift_[i];
  }
  void put_gradient(int step) {
    const Bytes& bytes = problem_.gradient(step);
    std::memcpy(data(TensorArrays::gradient), bytes.data(), bytes.size());
  }
  TensorArrays arrays() const {
    TensorArrays result;
    for (std::size_t i = 0; i < memory_.size(); ++i) {
      result.bytes[i].assign(memory_[i].begin() + static_cast<std::ptrdiff_t>(shift_[i]),
                             memory_[i].end());
    }
    return result;
  }

 private:
  const CaseProblem& problem_;
  std::array<Bytes, TensorArrays::count> memory_;
  std::array<std::size_t, TensorArrays::count> shift_{};
};

void bind_gradients(Plan& plan, const Case& c, const std::vector<void*>& gradients) {
  if (c.zero_gradients) {
    plan.bind_writable_gradients(gradients);
  } else {
    plan.bind_gradients({gradients.begin(), gradients.end()});
  }
}

/// The arrays after all steps of a plan of its own.
TensorArrays run_alone(const CaseProblem& problem, int threads = 1, std::size_t offset = 0) {
  const Case& c = problem.settings();
  Memory memory(problem, offset);
  Plan plan(Device::cpu(threads), {group_of(c)}, {memory.tensor()}, options_of(c));
  bind_gradients(plan, c, {memory.data(TensorArrays::gradient)});
  for (int step = 0; step < CaseProblem::kSteps; ++step) {
    memory.put_gradient(step);
    plan.step();
  }
  return memory.arrays();
}

void expect_same(const TensorArrays& actual, const TensorArrays& expected) {
  for (std::size_t i = 0; i < expected.bytes.size(); ++i) {
    EXPECT_TRUE(actual.bytes[i] == expected.bytes[i]) << "array " << i;
  }
}

TEST(CaseInvariance, UnderAnyAlignment) {
  for (const Case& c : cases()) {
    SCOPED_TRACE(name_of(c));
    const CaseProblem problem(c);
    const TensorArrays expected = run_alone(problem);
    for (const std::size_t offset : {1, 2, 3, 5}) {
      expect_same(run_alone(problem, 1, offset), expected);
    }
  }
}

// Large enough for a plan to use its threads, and no vector too long for stochastic rounding.
TEST(CaseInvariance, UnderAnyNumberOfThreads) {
  for (const Case& c : cases()) {
    SCOPED_TRACE(name_of(c));
    const CaseProblem problem(c, 512, 512);
    const TensorArrays expected = run_alone(problem);
    for (const int threads : {2, 7}) expect_same(run_alone(problem, threads), expected);
    if (HasFailure()) return;
  }
}

// Every case in one plan, but for those whose options act on all tensors, or differ.
TEST(CaseInvariance, BesideOtherTensors) {
  for (const bool zero_gradients : {false, true}) {
    std::vector<std::unique_ptr<CaseProblem>> problems;
    std::vector<std::unique_ptr<Memory>> memory;
    std::vector<Group> groups;
    std::vector<Tensor> tensors;
    std::vector<void*> gradients;
    for (const Case& c : cases()) {
      if (c.guard != Guard::none || c.zero_gradients != zero_gradients) continue;
      problems.push_back(std::make_unique<CaseProblem>(c));
      memory.push_back(std::make_unique<Memory>(*problems.back(), tensors.size() % 4));
      tensors.push_back(memory.back()->tensor());
      tensors.back().group = groups.size();
      groups.push_back(group_of(c));
      gradients.push_back(memory.back()->data(TensorArrays::gradient));
    }
    ASSERT_GE(tensors.size(), 4U);
    const Case& first = problems.front()->settings();
    Plan plan(Device::cpu(1), groups, tensors, options_of(first));
    bind_gradients(plan, first, gradients);
    for (int step = 0; step < CaseProblem::kSteps; ++step) {
      for (const auto& tensor : memory) tensor->put_gradient(step);
      plan.step();
    }
    for (std::size_t t = 0; t < problems.size(); ++t) {
      SCOPED_TRACE(name_of(problems[t]->settings()));
      expect_same(memory[t]->arrays(), run_alone(*problems[t]));
    }
  }
}

template <int kElements, int kRows, int kColumns>
std::int32_t item_size(kernels::Tier tier) {
  switch (tier) {
    case kernels::Tier::elements:
      return kElements;
    case kernels::Tier::columns:
    case kernels::Tier::long_columns:
      return kColumns;
    default:
      return kRows;
  }
}

/// One step by the host's loops over items of that size, the last of them first.
TensorArrays run_in_items(const CaseProblem& problem, plan::ItemSize& size) {
  const Case& c = problem.settings();
  Memory memory(problem);
  const plan::Layout layout =
      plan::make_layout({group_of(c)}, {memory.tensor()}, options_of(c), size);
  const void* gradient = memory.data(TensorArrays::gradient);
  kernels::GroupRecord group = layout.groups[0];
  const rules::Coefficients coefficients[] = {
      rules::advance(group.modes, group.hyperparameters, group.state)};
  const kernels::StepTables tables{layout.tensors.data(), &gradient, coefficients};
  const auto tile =
      static_cast<std::size_t>(plan::host_tile_size(layout.tensors[0], layout.tiers[0]));
  std::vector<float> floats(4 * tile);
  std::vector<std::uint8_t> mask(tile);
  const plan::HostScratch scratch{floats.data(),
                                  floats.data() + tile,
                                  {floats.data() + 2 * tile, floats.data() + 3 * tile},
                                  mask.data()};
  const plan::HostStep step = plan::select_host_step();
  for (std::size_t i = layout.items.size(); i-- > 0;) {
    kernels::RowStatistics statistics{};
    step.run_item(layout.launches[0].kind, layout.launches[0].tier, tables, layout.items[i],
                  scratch, statistics);
  }
  return memory.arrays();
}

TEST(CaseInvariance, HoweverTheWorkIsCut) {
  for (const Case& c : cases()) {
    SCOPED_TRACE(name_of(c));
    const CaseProblem problem(c, 37, 300);
    const TensorArrays expected = run_in_items(problem, item_size<4096, 8, 16>);
    expect_same(run_in_items(problem, item_size<1000, 3, 5>), expected);
    expect_same(run_in_items(problem, item_size<64, 1, 1>), expected);
  }
}

/// The elements of an array that begins with row r of the transpose, as those of the matrix.
Bytes transposed(const Bytes& bytes, const CaseProblem& from, const CaseProblem& to) {
  if (bytes.empty()) return {};
  const std::size_t size = bytes.size() / from.extent();
  Bytes result(to.extent() * size);
  const auto columns = static_cast<std::size_t>(from.tensor().columns);
  const auto rows = static_cast<std::size_t>(from.tensor().rows);
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t i = 0; i < columns; ++i) {
      std::memcpy(result.data() + to.places()[i * rows + r] * size,
                  bytes.data() + from.places()[r * columns + i] * size, size);
    }
  }
  return result;
}

TEST(CaseInvariance, WhicheverWayRoundTheMatrixIsStored) {
  for (const Case& c : cases()) {
    if (c.storage == Storage::bfloat16_stochastic || c.rows == RowStages::none) continue;
    // The global norm adds up in the order of storage.
    if (c.guard == Guard::clip) continue;
    SCOPED_TRACE(name_of(c));
    const CaseProblem problem(c);
    Case turned = c;
    turned.incoming = c.incoming == Incoming::row ? Incoming::column : Incoming::row;
    const CaseProblem other(turned);

    Memory memory(problem);
    Memory turned_memory(other);
    for (int name = 0; name < TensorArrays::count; ++name) {
      const auto at = static_cast<TensorArrays::Name>(name);
      const Bytes bytes = transposed(problem.arrays()[at], problem, other);
      if (!bytes.empty()) std::memcpy(turned_memory.data(at), bytes.data(), bytes.size());
    }
    Plan plan(Device::cpu(1), {group_of(c)}, {memory.tensor()}, options_of(c));
    Plan turned_plan(Device::cpu(1), {group_of(c)}, {turned_memory.tensor()}, options_of(c));
    bind_gradients(plan, c, {memory.data(TensorArrays::gradient)});
    bind_gradients(turned_plan, c, {turned_memory.data(TensorArrays::gradient)});
    for (int step = 0; step < CaseProblem::kSteps; ++step) {
      memory.put_gradient(step);
      const Bytes gradient = transposed(problem.gradient(step), problem, other);
      std::memcpy(turned_memory.data(TensorArrays::gradient), gradient.data(), gradient.size());
      plan.step();
      turned_plan.step();
    }
    const TensorArrays result = memory.arrays();
    const TensorArrays turned_result = turned_memory.arrays();
    for (int name = 0; name < TensorArrays::count; ++name) {
      const auto at = static_cast<TensorArrays::Name>(name);
      // Through the transposition and back what pads the rows is zero on both sides.
      EXPECT_TRUE(transposed(turned_result[at], other, problem) ==
                  transposed(transposed(result[at], problem, other), other, problem))
          << "array " << name;
    }
  }
}

}  // namespace
}  // namespace curb::testing

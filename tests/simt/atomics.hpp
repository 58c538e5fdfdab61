// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// CUDA's atomic functions on the compiler's atomic builtins, which the race check sees as atomic.
// C++17, as kernels are.
#pragma once

#include <type_traits>

#include "tests/simt/block.hpp"

namespace simt {

template <class T>
using Identity = typename std::common_type<T>::type;  // takes no part in deduction

// Replaces *address by change(*address) and returns what stood there.
template <class T, class Change>
T read_modify_write(T* address, Change change) {
  static_assert(std::is_arithmetic_v<T> && (sizeof(T) == 2 || sizeof(T) == 4 || sizeof(T) == 8));
  maybe_yield();
  T before;
  __atomic_load(address, &before, __ATOMIC_SEQ_CST);
  T after = change(before);
  while (!__atomic_compare_exchange(address, &before, &after, true, __ATOMIC_SEQ_CST,
                                    __ATOMIC_SEQ_CST)) {
    after = change(before);
  }
  return before;
}

}  // namespace simt

template <class T>
T atomicAdd(T* address, simt::Identity<T> value) {
  return simt::read_modify_write(address, [=](T before) -> T {
    if constexpr (std::is_integral_v<T>) {  // wraps, signed or not
      using Unsigned = std::make_unsigned_t<T>;
      return static_cast<T>(static_cast<Unsigned>(before) + static_cast<Unsigned>(value));
    } else {
      return before + value;
    }
  });
}

template <class T>
T atomicMax(T* address, simt::Identity<T> value) {
  static_assert(std::is_integral_v<T>);
  return simt::read_modify_write(address,
                                 [=](T before) { return before > value ? before : value; });
}

template <class T>
T atomicMin(T* address, simt::Identity<T> value) {
  static_assert(std::is_integral_v<T>);
  return simt::read_modify_write(address,
                                 [=](T before) { return before < value ? before : value; });
}

template <class T>
T atomicExch(T* address, simt::Identity<T> value) {
  return simt::read_modify_write(address, [=](T) { return value; });
}

template <class T>
T atomicAnd(T* address, simt::Identity<T> value) {
  static_assert(std::is_integral_v<T>);
  return simt::read_modify_write(address, [=](T before) { return static_cast<T>(before & value); });
}

template <class T>
T atomicOr(T* address, simt::Identity<T> value) {
  static_assert(std::is_integral_v<T>);
  return simt::read_modify_write(address, [=](T before) { return static_cast<T>(before | value); });
}

// Counts up to `limit` and starts again at zero: the ticket of a last-block reduction.
inline unsigned atomicInc(unsigned* address, unsigned limit) {
  return simt::read_modify_write(
      address, [=](unsigned before) { return before >= limit ? 0u : before + 1u; });
}

template <class T>
T atomicCAS(T* address, simt::Identity<T> expected, simt::Identity<T> value) {
  static_assert(std::is_integral_v<T>);
  return simt::read_modify_write(address,
                                 [=](T before) { return before == expected ? value : before; });
}

// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Four elements that move in one access: 16 bytes of float, 4 of a byte mask.
#pragma once

#include <cstdint>

#include "kernels/simt.cuh"

namespace curb::kernels {

template <class T>
struct alignas(4 * sizeof(T)) Quad {
  T value[4];
};

/// How many elements `p` lies past a quad's boundary, 0 to 3.
template <class T>
__device__ int misalignment(const T* p) {
  return static_cast<int>(reinterpret_cast<std::uintptr_t>(p) / sizeof(T) % 4);
}

template <class T>
__device__ Quad<T> load_quad(const T* p) {
  return *reinterpret_cast<const Quad<T>*>(p);
}

template <class T>
__device__ void store_quad(T* p, const Quad<T>& quad) {
  *reinterpret_cast<Quad<T>*>(p) = quad;
}

}  // namespace curb::kernels

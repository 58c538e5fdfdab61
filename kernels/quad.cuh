// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Four elements that move in one access: 16 bytes of float, 8 of bfloat16, 4 of a byte mask.
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

/// nvcc may cut the copy of a struct into four stores, and did. The intrinsic is one store, with
/// the caching that a plain store has.
__device__ inline void store_quad(float* p, const Quad<float>& quad) {
#if defined(__CUDA_ARCH__)
  __stwb(reinterpret_cast<float4*>(p),
         make_float4(quad.value[0], quad.value[1], quad.value[2], quad.value[3]));
#else
  *reinterpret_cast<Quad<float>*>(p) = quad;
#endif
}

__device__ inline void store_quad(std::uint16_t* p, const Quad<std::uint16_t>& quad) {
#if defined(__CUDA_ARCH__)
  __stwb(reinterpret_cast<ushort4*>(p),
         make_ushort4(quad.value[0], quad.value[1], quad.value[2], quad.value[3]));
#else
  *reinterpret_cast<Quad<std::uint16_t>*>(p) = quad;
#endif
}

}  // namespace curb::kernels

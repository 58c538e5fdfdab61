// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// CUDA's built-in vector types, with CUDA's sizes and alignments: a float4 access that is not
// 16-byte aligned is a fault on the device, and one that UBSan reports here.
#pragma once

struct uint3 {
  unsigned x, y, z;
};

struct dim3 {
  unsigned x, y, z;
  constexpr dim3(unsigned x_ = 1, unsigned y_ = 1, unsigned z_ = 1) : x(x_), y(y_), z(z_) {}
  constexpr dim3(uint3 v) : x(v.x), y(v.y), z(v.z) {}
  constexpr operator uint3() const { return {x, y, z}; }
};

#define SIMT_VECTOR_2(name, element)         \
  struct alignas(2 * sizeof(element)) name { \
    element x, y;                            \
  };                                         \
  constexpr name make_##name(element x, element y) { return {x, y}; }

#define SIMT_VECTOR_4(name, element)         \
  struct alignas(4 * sizeof(element)) name { \
    element x, y, z, w;                      \
  };                                         \
  constexpr name make_##name(element x, element y, element z, element w) { return {x, y, z, w}; }

SIMT_VECTOR_2(uchar2, unsigned char)
SIMT_VECTOR_4(uchar4, unsigned char)
SIMT_VECTOR_2(ushort2, unsigned short)
SIMT_VECTOR_4(ushort4, unsigned short)
SIMT_VECTOR_2(int2, int)
SIMT_VECTOR_4(int4, int)
SIMT_VECTOR_2(uint2, unsigned)
SIMT_VECTOR_4(uint4, unsigned)
SIMT_VECTOR_2(longlong2, long long)
SIMT_VECTOR_2(ulonglong2, unsigned long long)
SIMT_VECTOR_2(float2, float)
SIMT_VECTOR_4(float4, float)
SIMT_VECTOR_2(double2, double)

#undef SIMT_VECTOR_2
#undef SIMT_VECTOR_4

constexpr uint3 make_uint3(unsigned x, unsigned y, unsigned z) { return {x, y, z}; }

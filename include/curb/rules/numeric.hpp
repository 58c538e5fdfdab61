// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// The arithmetic that every rule is written in: one rounding per call, the same on host and device.
//
// nvcc contracts a * b + c into a fused multiply-add by default and g++ does so on its own terms,
// so an expression written with operators may round differently in two programs. The device side
// therefore names every rounding; the host side is plain arithmetic and wants -ffp-contract=off.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>

#if defined(__CUDACC__)
#define CURB_HOST_DEVICE __host__ __device__ __forceinline__
#elif defined(__GNUC__)
#define CURB_HOST_DEVICE inline __attribute__((always_inline))
#else
#define CURB_HOST_DEVICE inline
#endif

namespace curb::rules {

#if defined(__CUDA_ARCH__)
CURB_HOST_DEVICE float add(float a, float b) { return __fadd_rn(a, b); }
CURB_HOST_DEVICE float sub(float a, float b) { return __fsub_rn(a, b); }
CURB_HOST_DEVICE float mul(float a, float b) { return __fmul_rn(a, b); }
CURB_HOST_DEVICE float div(float a, float b) { return __fdiv_rn(a, b); }
CURB_HOST_DEVICE float fma(float a, float b, float c) { return __fmaf_rn(a, b, c); }
CURB_HOST_DEVICE float square_root(float a) { return __fsqrt_rn(a); }
CURB_HOST_DEVICE double add(double a, double b) { return __dadd_rn(a, b); }
CURB_HOST_DEVICE double mul(double a, double b) { return __dmul_rn(a, b); }
CURB_HOST_DEVICE double div(double a, double b) { return __ddiv_rn(a, b); }
CURB_HOST_DEVICE double fma(double a, double b, double c) { return __fma_rn(a, b, c); }
CURB_HOST_DEVICE double square_root(double a) { return __dsqrt_rn(a); }
#else
CURB_HOST_DEVICE float add(float a, float b) { return a + b; }
CURB_HOST_DEVICE float sub(float a, float b) { return a - b; }
CURB_HOST_DEVICE float mul(float a, float b) { return a * b; }
CURB_HOST_DEVICE float div(float a, float b) { return a / b; }
CURB_HOST_DEVICE float fma(float a, float b, float c) { return std::fmaf(a, b, c); }
CURB_HOST_DEVICE float square_root(float a) { return std::sqrt(a); }
CURB_HOST_DEVICE double add(double a, double b) { return a + b; }
CURB_HOST_DEVICE double mul(double a, double b) { return a * b; }
CURB_HOST_DEVICE double div(double a, double b) { return a / b; }
CURB_HOST_DEVICE double fma(double a, double b, double c) { return std::fma(a, b, c); }
CURB_HOST_DEVICE double square_root(double a) { return std::sqrt(a); }
#endif

inline constexpr float kInfinity = std::numeric_limits<float>::infinity();

/// |a|, exactly: the sign bit is cleared.
CURB_HOST_DEVICE float magnitude(float a) { return std::fabs(a); }

/// Finite means neither infinite nor NaN. Written as a comparison, so that it vectorises.
CURB_HOST_DEVICE bool is_finite(double a) { return add(a, -a) == 0.0; }

/// The largest float that is not above `a`, for finite a >= 0 below the largest float.
CURB_HOST_DEVICE float round_down(double a) {
  float f = static_cast<float>(a);
  if (static_cast<double>(f) > a) {
    std::uint32_t bits;
    std::memcpy(&bits, &f, sizeof bits);
    --bits;  // the next float towards zero
    std::memcpy(&f, &bits, sizeof bits);
  }
  return f;
}

}  // namespace curb::rules

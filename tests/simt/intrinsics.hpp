// Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
// Scalar device functions: integer intrinsics, bit casts, correctly rounded arithmetic, cache
// hints. The approximate ones (__expf, rsqrtf, __fdividef...) are absent on purpose: their bits on
// the device cannot be had here. C++17, as kernels are.
#pragma once

#include <math.h>

#include <cstdint>
#include <cstring>
#include <type_traits>

inline unsigned __umulhi(unsigned a, unsigned b) {
  return static_cast<unsigned>(static_cast<std::uint64_t>(a) * b >> 32);
}
inline int __popc(unsigned x) { return __builtin_popcount(x); }
inline int __popcll(unsigned long long x) { return __builtin_popcountll(x); }
inline int __clz(int x) { return x == 0 ? 32 : __builtin_clz(static_cast<unsigned>(x)); }
inline int __clzll(long long x) {
  return x == 0 ? 64 : __builtin_clzll(static_cast<unsigned long long>(x));
}
inline int __ffs(int x) { return __builtin_ffs(x); }
inline int __ffsll(long long x) { return __builtin_ffsll(x); }
// The upper, or lower, word of (high:low) shifted left, or right, by shift mod 32.
inline unsigned __funnelshift_l(unsigned low, unsigned high, unsigned shift) {
  const std::uint64_t pair = static_cast<std::uint64_t>(high) << 32 | low;
  return static_cast<unsigned>(pair << (shift & 31u) >> 32);
}
inline unsigned __funnelshift_r(unsigned low, unsigned high, unsigned shift) {
  const std::uint64_t pair = static_cast<std::uint64_t>(high) << 32 | low;
  return static_cast<unsigned>(pair >> (shift & 31u));
}

namespace simt {
template <class To, class From>
To bit_cast(From from) {
  static_assert(sizeof(To) == sizeof(From));
  To to;
  std::memcpy(&to, &from, sizeof(To));
  return to;
}
}  // namespace simt

inline float __uint_as_float(unsigned x) { return simt::bit_cast<float>(x); }
inline unsigned __float_as_uint(float x) { return simt::bit_cast<unsigned>(x); }
inline float __int_as_float(int x) { return simt::bit_cast<float>(x); }
inline int __float_as_int(float x) { return simt::bit_cast<int>(x); }
inline double __longlong_as_double(long long x) { return simt::bit_cast<double>(x); }
inline long long __double_as_longlong(double x) { return simt::bit_cast<long long>(x); }

// The build's -ffp-contract=off keeps the compiler from fusing these.
inline float __fadd_rn(float a, float b) { return a + b; }
inline float __fsub_rn(float a, float b) { return a - b; }
inline float __fmul_rn(float a, float b) { return a * b; }
inline float __fmaf_rn(float a, float b, float c) { return fmaf(a, b, c); }
inline float __fdiv_rn(float a, float b) { return a / b; }
inline float __frcp_rn(float a) { return 1.0f / a; }
inline float __fsqrt_rn(float a) { return sqrtf(a); }
inline double __dadd_rn(double a, double b) { return a + b; }
inline double __dsub_rn(double a, double b) { return a - b; }
inline double __dmul_rn(double a, double b) { return a * b; }
inline double __fma_rn(double a, double b, double c) { return fma(a, b, c); }
inline double __ddiv_rn(double a, double b) { return a / b; }
inline double __dsqrt_rn(double a) { return sqrt(a); }

// Cache hints change no value.
template <class T>
T __ldg(const T* address) {
  return *address;
}
template <class T>
T __ldcs(const T* address) {
  return *address;
}
template <class T>
T __ldcg(const T* address) {
  return *address;
}
template <class T>
T __ldca(const T* address) {
  return *address;
}
template <class T>
void __stcs(T* address, typename std::common_type<T>::type value) {
  *address = value;
}
template <class T>
void __stcg(T* address, typename std::common_type<T>::type value) {
  *address = value;
}
template <class T>
void __stwt(T* address, typename std::common_type<T>::type value) {
  *address = value;
}

// As in CUDA, usable unqualified on arithmetic values of one type.
template <class T, class = std::enable_if_t<std::is_arithmetic_v<T>>>
constexpr T min(T a, T b) {
  return b < a ? b : a;
}
template <class T, class = std::enable_if_t<std::is_arithmetic_v<T>>>
constexpr T max(T a, T b) {
  return a < b ? b : a;
}

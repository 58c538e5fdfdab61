# Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
# What a C++ file begins with, after the licence, says what it is for: Doxygen is told so.
NR == 2 && /^\/\/ / { opening = 1; print "/// \\file" }
!/^\/\// { opening = 0 }
opening { sub(/^\/\//, "///") }
{ print }

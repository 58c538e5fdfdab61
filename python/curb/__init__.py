# Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
"""curb: fused regularised weight updates. The optimisers for PyTorch are in curb.torch."""

from curb._library import CurbError, version

__all__ = ["CurbError", "version"]

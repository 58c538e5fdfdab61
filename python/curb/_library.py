# Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
"""libcurb's C API by ctypes: the structs of curb.h, and a Plan whose failures are exceptions."""

import ctypes
import ctypes.util
import os
from ctypes import c_char_p, c_double, c_float, c_int32, c_int64, c_size_t, c_uint32, c_uint64
from ctypes import POINTER, c_void_p
from pathlib import Path

VERSION = (0, 1)  # of the C API, whose minor versions may differ while the major one is 0


class CurbError(RuntimeError):
    """A call of libcurb was refused or failed; the message names the argument."""

    def __init__(self, status, detail):
        super().__init__(f"{detail} ({status})")
        self.status = status


class _Options(ctypes.Structure):
    """A struct that begins with its size and version; made with the library's defaults."""

    def __init__(self, **members):
        super().__init__()
        call(f"{type(self).__name__}_init", ctypes.byref(self), ctypes.sizeof(self))
        for name, value in members.items():
            setattr(self, name, value)


_BEGINNING = [("struct_size", c_uint32), ("version", c_uint32)]


class curb_hyperparameters(_Options):
    _fields_ = _BEGINNING + [(name, c_float) for name in (
        "learning_rate", "momentum", "beta1", "beta2", "epsilon", "l1", "l2", "weight_decay",
        "group_lasso", "max_norm", "gradient_scale", "ema_decay")]


class curb_group(_Options):
    _fields_ = _BEGINNING + [
        ("name", c_char_p), ("hyperparameters", POINTER(curb_hyperparameters)),
        ("optimizer", c_int32), ("l1_mode", c_int32), ("l2_mode", c_int32),
        ("max_norm_mode", c_int32), ("group_lasso_over", c_int32), ("non_negative", c_int32),
        ("reserve_row_stages", c_int32), ("reserved", c_int32)]


class curb_tensor(_Options):
    _fields_ = _BEGINNING + [
        ("name", c_char_p), ("group", c_uint64), ("rows", c_int64), ("columns", c_int64),
        ("leading_dimension", c_int64), ("incoming", c_int32), ("regularised", c_int32),
        ("storage", c_int32), ("gradient_type", c_int32), ("parameter", c_void_p),
        ("bfloat16", c_void_p), ("remainder", c_void_p), ("state", c_void_p * 2),
        ("state_type", c_int32 * 2), ("ema", c_void_p), ("mask", c_void_p)]


class curb_plan_options(_Options):
    _fields_ = _BEGINNING + [
        ("device_kind", c_int32), ("device_index", c_int32), ("threads", c_int32),
        ("reserved", c_int32), ("groups", POINTER(curb_group)), ("group_count", c_size_t),
        ("tensors", POINTER(curb_tensor)), ("tensor_count", c_size_t), ("clip_norm", c_float),
        ("skip_non_finite", c_int32), ("found_inf", c_void_p), ("loss_scale", c_void_p),
        ("zero_gradients", c_int32), ("statistics", c_int32), ("seed", c_uint64)]


class curb_group_state(_Options):
    _fields_ = _BEGINNING + [
        ("step", c_uint64), ("beta1_power", c_double), ("beta2_power", c_double), ("l1", c_double),
        ("l2", c_double), ("group_lasso", c_double), ("l1_cumulative", c_double)]


class curb_statistics(_Options):
    _fields_ = _BEGINNING + [("clamped_rows", c_uint64), ("non_finite_rows", c_uint64),
                             ("skipped_steps", c_uint64), ("gradient_norm", c_double)]


class curb_plan(ctypes.Structure):
    """The handle; ctypes neither moves nor copies it."""

    _fields_ = [("internal", c_uint64 * 3)]


_ARGUMENTS = {
    "curb_plan_create": [POINTER(curb_plan), POINTER(curb_plan_options)],
    "curb_plan_destroy": [POINTER(curb_plan)],
    "curb_plan_bind_gradients": [POINTER(curb_plan), POINTER(c_void_p), c_size_t, c_void_p],
    "curb_plan_set_hyperparameters": [POINTER(curb_plan), c_size_t, POINTER(curb_hyperparameters),
                                      c_void_p],
    "curb_plan_step": [POINTER(curb_plan), c_void_p],
    "curb_plan_export_state": [POINTER(curb_plan), POINTER(curb_group_state), c_size_t, c_void_p],
    "curb_plan_import_state": [POINTER(curb_plan), POINTER(curb_group_state), c_size_t, c_void_p],
    "curb_plan_statistics": [POINTER(curb_plan), POINTER(curb_statistics), c_void_p],
}
for _struct in (curb_hyperparameters, curb_group, curb_tensor, curb_plan_options, curb_group_state,
                curb_statistics):
    _ARGUMENTS[f"{_struct.__name__}_init"] = [POINTER(_struct), c_size_t]

_loaded = None


def _find():
    """The library's path: CURB_LIBRARY, beside this file, or where the system keeps libraries."""
    named = os.environ.get("CURB_LIBRARY")
    if named:
        return named
    beside = sorted(Path(__file__).parent.glob("libcurb.so*"))
    found = str(beside[0]) if beside else ctypes.util.find_library("curb")
    if not found:
        raise ImportError("libcurb.so was not found: set CURB_LIBRARY to its path, or put it into "
                          f"{Path(__file__).parent}")
    return found


def library():
    """libcurb, loaded at the first use."""
    global _loaded
    if _loaded is None:
        loaded = ctypes.CDLL(_find())
        loaded.curb_version.restype = c_char_p
        loaded.curb_error_detail.restype = c_char_p
        loaded.curb_status_name.restype = c_char_p
        number = loaded.curb_version_number()
        if (number // 10000, number // 100 % 100) != VERSION:
            raise ImportError(f"libcurb is version {loaded.curb_version().decode()}, and this "
                              "package is made for {}.{}".format(*VERSION))
        for name, arguments in _ARGUMENTS.items():
            getattr(loaded, name).argtypes = arguments
        _loaded = loaded
    return _loaded


def version():
    """libcurb's version, such as "0.1.0"."""
    return library().curb_version().decode()


def call(name, *arguments):
    """Calls a function that returns a curb_status; raises CurbError unless that is CURB_OK."""
    loaded = library()
    status = getattr(loaded, name)(*arguments)
    if status != 0:
        raise CurbError(loaded.curb_status_name(status).decode(),
                        loaded.curb_error_detail().decode(errors="replace"))


class Plan:
    """A curb_plan that is destroyed with this object. Who makes it keeps every tensor alive, and
    the scalars that the options (members of curb_plan_options) point to."""

    def __init__(self, groups, tensors, **options):
        self._handle = curb_plan()
        self._group_count = len(groups)
        self._gradients = (c_void_p * len(tensors))()
        all_options = curb_plan_options(
            groups=(curb_group * len(groups))(*groups), group_count=len(groups),
            tensors=(curb_tensor * len(tensors))(*tensors), tensor_count=len(tensors), **options)
        call("curb_plan_create", self._handle, all_options)

    def __del__(self):
        if any(self._handle.internal):
            call("curb_plan_destroy", self._handle)

    def bind_gradients(self, pointers, stream):
        self._gradients[:] = pointers
        call("curb_plan_bind_gradients", self._handle, self._gradients, len(pointers), stream)

    def set_hyperparameters(self, group, value, stream):
        call("curb_plan_set_hyperparameters", self._handle, group, value, stream)

    def step(self, stream):
        call("curb_plan_step", self._handle, stream)

    def export_state(self, stream):
        """One curb_group_state per group."""
        states = (curb_group_state * self._group_count)(
            *(curb_group_state() for _ in range(self._group_count)))
        call("curb_plan_export_state", self._handle, states, len(states), stream)
        return list(states)

    def import_state(self, states, stream):
        array = (curb_group_state * len(states))(*states)
        call("curb_plan_import_state", self._handle, array, len(states), stream)

    def statistics(self, stream):
        value = curb_statistics()
        call("curb_plan_statistics", self._handle, value, stream)
        return value

# Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
"""A curb plan over one device's parameters: where their memory lies, the stream, the capture."""

import ctypes

import torch

from curb import _library

_TYPES = {torch.float32: 0, torch.bfloat16: 1, torch.float16: 2}  # as curb_data_type counts them
_STORAGE = {"master": 1, "remainder": 2, "stochastic": 3}  # likewise curb_storage
BFLOAT16 = tuple(_STORAGE)  # the ways to hold a bfloat16 parameter


def _type(dtype):
    if dtype not in _TYPES:
        raise TypeError(f"a gradient of {dtype}: curb's optimisers take float32, bfloat16, float16")
    return _TYPES[dtype]


def stream_of(device):
    """The current stream's handle; None on the CPU."""
    return torch.cuda.current_stream(device).cuda_stream if device.type == "cuda" else None


def is_capturing(device):
    if device.type != "cuda":
        return False
    with torch.cuda.device(device):
        return torch.cuda.is_current_stream_capturing()


def refuse_capture(device):
    """Raises RuntimeError during a capture: where something must be made that outlives it."""
    if is_capturing(device):
        raise RuntimeError("a step that is captured must be like one taken before: take a step with "
                           "the same parameters and scaler, then capture")


def like(p, dtype, value=0):
    """A tensor in the parameter's layout."""
    return torch.full_like(p, value, dtype=dtype, memory_format=torch.preserve_format)


def _is_dense(p):
    """Whether the elements lie without gaps and the first dimension is the outermost."""
    formats = {4: torch.channels_last, 5: torch.channels_last_3d}
    return p.is_contiguous() or (
        p.dim() in formats and p.is_contiguous(memory_format=formats[p.dim()]))


def _gradient(p):
    """The gradient in its parameter's layout."""
    if p.grad.is_sparse:
        raise RuntimeError("curb's optimisers do not take sparse gradients")
    if p.grad.stride() == p.stride():
        return p.grad
    return like(p, p.grad.dtype).copy_(p.grad)


class Member:
    """A parameter and what lies beside it.

    `name` is what messages and the numbers of stochastic rounding know it by. `states` are the
    optimiser's, in curb's order; `storage` is None for float32, else one of BFLOAT16 and its tensor
    or None; `mask` (uint8) and `ema` may be None."""

    def __init__(self, name, p, states, storage, mask, ema):
        self.name = name
        self.p = p
        self.states = states
        self.storage = storage
        self.mask = mask
        self.ema = ema

    def tensors(self):
        beside = self.storage[1] if self.storage else None
        return [t for t in (self.p, *self.states, beside, self.mask, self.ema) if t is not None]

    def key(self):
        """What a plan knows of it: a plan is built anew when that changes."""
        storage = self.storage[0] if self.storage else None
        return (self.name, self.p.grad.dtype, self.p.shape, storage, self.mask is None,
                self.ema is None, *(t.data_ptr() for t in self.tensors()))

    def c_tensor(self, group):
        p = self.p
        if not all(_is_dense(t) and t.stride() == p.stride() for t in self.tensors()):
            raise ValueError(f"{self.name} or its state is not contiguous")
        rows = p.shape[0] if p.dim() >= 2 else 1
        tensor = _library.curb_tensor(
            name=self.name.encode(), group=group, rows=rows,
            columns=p.numel() // rows if rows else 0, gradient_type=_type(p.grad.dtype))
        if self.storage is None:
            tensor.parameter = p.data_ptr()
        else:
            storage, beside = self.storage
            tensor.storage = _STORAGE[storage]
            tensor.bfloat16 = p.data_ptr()
            if storage == "master":
                tensor.parameter = beside.data_ptr()
            elif storage == "remainder":
                tensor.remainder = beside.data_ptr()
        for i, state in enumerate(self.states):
            tensor.state[i] = state.data_ptr()
            tensor.state_type[i] = _type(state.dtype)
        if self.mask is not None:
            tensor.mask = self.mask.data_ptr()
        if self.ema is not None:
            tensor.ema = self.ema.data_ptr()
        return tensor


class Share:
    """Parameters that share a torch group, its treatment, and the steps taken so far: a group of
    curb's."""

    def __init__(self, group, vectors):
        self.group = group
        self.vectors = vectors  # of fewer than two dimensions: weight_decay is all they get
        self.members = []
        self.settings = None  # what the plan was told last


class DevicePlan:
    """The plan of one device, and what it must not outlive."""

    def __init__(self, device, key, shares, c_groups, filters, seed, scaled):
        self.device = device
        self.key = key
        self.shares = shares
        self._parameters = [member.p for share in shares for member in share.members]
        self._kept = [member.tensors() for share in shares for member in share.members]
        self._bound = None  # the gradients' addresses
        self._gradients = None  # and the gradients, kept until the next are bound
        self.captured = False  # a graph binds its own gradients whenever it is replayed
        self._scalars = None
        options = {"seed": seed}
        if device.type == "cuda":
            options.update(device_kind=1, device_index=device.index or 0)
        if scaled:
            self._scalars = {name: self._parameters[0].new_zeros((), dtype=torch.float32)
                             for name in ("found_inf", "loss_scale")}
            options.update({name: t.data_ptr() for name, t in self._scalars.items()})
        tensors = [member.c_tensor(index) for index, share in enumerate(shares)
                   for member in share.members]
        self._plan = _library.Plan(c_groups, tensors, **options)
        self._plan.import_state([_library.curb_group_state(**f) for f in filters],
                                stream_of(device))

    def tell(self, share, settings):
        """Makes `settings` those of the share, for later steps on the current stream."""
        if settings == share.settings:
            return
        if is_capturing(self.device):
            raise RuntimeError("settings changed in a step that is being captured, where every "
                               "replay would set them again: call update_settings() before")
        self._plan.set_hyperparameters(self.shares.index(share),
                                       _library.curb_hyperparameters(**settings),
                                       stream_of(self.device))
        share.settings = settings

    def step(self, grad_scale, found_inf):
        """Both are None, or tensors of one element, in a plan that was built as `scaled`."""
        stream = stream_of(self.device)
        capturing = is_capturing(self.device)
        gradients = [_gradient(p) for p in self._parameters]
        addresses = [gradient.data_ptr() for gradient in gradients]
        if addresses != self._bound or capturing or self.captured:
            self._plan.bind_gradients(addresses, stream)
            self._bound = addresses
            self.captured = self.captured or capturing
        self._gradients = gradients
        if self._scalars is not None:
            for name, given, neutral in (("found_inf", found_inf, 0.0),
                                         ("loss_scale", grad_scale, 1.0)):
                scalar = self._scalars[name]
                scalar.fill_(neutral) if given is None else scalar.copy_(given.reshape(()))
        self._plan.step(stream)
        increment_version = getattr(torch.autograd.graph, "increment_version", None)
        if increment_version is not None:  # so that autograd notices, as after torch.optim's steps
            for p in self._parameters:
                increment_version(p)

    def export_state(self):
        """One curb_group_state per share. Waits for the current stream."""
        return self._plan.export_state(stream_of(self.device))

    def statistics(self):
        return self._plan.statistics(stream_of(self.device))


def c_group(name, modes, settings):
    return _library.curb_group(
        name=name.encode(), **modes,
        hyperparameters=ctypes.pointer(_library.curb_hyperparameters(**settings)))


def check_settings(name, modes, settings):
    """Raises ValueError for what a plan would refuse."""
    try:
        _library.Plan([c_group(name, modes, settings)], [])
    except _library.CurbError as error:
        raise ValueError(str(error)) from error

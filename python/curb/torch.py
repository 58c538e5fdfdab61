# Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
"""Optimisers for PyTorch whose whole regularised step is one pass over memory.

    optimizer = curb.torch.SGD(model.parameters(), lr=0.1, momentum=0.9, l1=1e-5, max_norm=3.0)

SGD, Adam, AdamW, Adagrad and RMSprop do what torch.optim's do, to the rounding, and minimise

    F(W) = loss + l1 |W|_1 + l2/2 |W|^2 + group_lasso sum_r sqrt(|r|) |W_r|_2,   |W_r|_2 <= max_norm

where r runs over the neurons' incoming weights (a parameter's first dimension counts the neurons).
Every option may differ from parameter group to parameter group and may change between steps.
`weight_decay` is what it is in the torch.optim class of the same name; all other regularisers leave
parameters of fewer than two dimensions (biases) alone unless `regularise_vectors` is set.
"""

import ctypes
import math

import torch

from curb import _library

__all__ = ["SGD", "Adam", "AdamW", "Adagrad", "RMSprop"]

_SGD, _MOMENTUM, _NESTEROV, _ADAM, _ADAGRAD, _RMSPROP = range(6)  # as curb.h counts them
_STATES = {
    _SGD: (), _MOMENTUM: ("momentum_buffer",), _NESTEROV: ("momentum_buffer",),
    _ADAM: ("exp_avg", "exp_avg_sq"), _ADAGRAD: ("sum",), _RMSPROP: ("square_avg",)}
_MODES = {
    "l1_mode": ("prox", "sign", "cumulative"), "l2_mode": ("coupled", "prox"),
    "max_norm_mode": ("radial", "exact"), "group_lasso_over": ("incoming", "outgoing")}
_REGULARISERS = {
    "l1": 0.0, "l1_mode": "prox", "l2": 0.0, "l2_mode": "coupled", "group_lasso": 0.0,
    "group_lasso_over": "incoming", "max_norm": math.inf, "max_norm_mode": "radial",
    "non_negative": False, "regularise_vectors": False, "maximize": False}
_FILTER = ("step", "beta1_power", "beta2_power", "l1", "l2", "group_lasso", "l1_cumulative")


class _Share:
    """Parameters of a plan that share a torch group, its treatment, and the steps taken so far: a
    group of curb's."""

    def __init__(self, group, vectors):
        self.group = group
        self.vectors = vectors  # of fewer than two dimensions: weight_decay is all they get
        self.parameters = []
        self.settings = None  # what the plan was told last


class _DevicePlan:
    """The plan of one device, and what it must not outlive."""

    def __init__(self, plan, key, shares, tensors):
        self.plan = plan
        self.key = key
        self.shares = shares
        self.tensors = tensors  # parameters and states
        self.bound = None  # the gradients' addresses
        self.gradients = None  # and the gradients, kept until the next are bound


def _stream(device):
    return torch.cuda.current_stream(device).cuda_stream if device.type == "cuda" else None


def _is_dense(p):
    """Whether the elements lie without gaps and the first dimension is the outermost."""
    formats = {4: torch.channels_last, 5: torch.channels_last_3d}
    return p.is_contiguous() or (
        p.dim() in formats and p.is_contiguous(memory_format=formats[p.dim()]))


def _gradient(p):
    """The gradient in its parameter's layout."""
    if p.grad.is_sparse:
        raise RuntimeError("curb's optimisers do not take sparse gradients")
    if p.grad.dtype == p.dtype and p.grad.stride() == p.stride():
        return p.grad
    return torch.empty_like(p, memory_format=torch.preserve_format).copy_(p.grad)


class _Optimizer(torch.optim.Optimizer):
    """What the optimisers share: from parameter groups to plans, and back to a state_dict.

    A subclass says which of curb's optimisers a group wants (_kind) and what that takes from it
    (_settings)."""

    def __init__(self, params, options, regularisers):
        for name in regularisers:
            if name not in _REGULARISERS:
                raise TypeError(f"{type(self).__name__} has no option {name!r}")
        self._plans = {}
        super().__init__(params, {**_REGULARISERS, **options, **regularisers})

    def add_param_group(self, param_group):
        super().add_param_group(param_group)
        try:
            self._check_group(self.param_groups[-1])
        except (TypeError, ValueError):
            self.param_groups.pop()
            raise

    def __getstate__(self):
        self._read_filters()
        return super().__getstate__()

    def __setstate__(self, state):
        super().__setstate__(state)
        self._plans = {}
        for group in self.param_groups:  # a state_dict of torch.optim's lacks some
            for option, value in self.defaults.items():
                group.setdefault(option, value)

    def state_dict(self):
        self._read_filters()
        return super().state_dict()

    @torch.no_grad()
    def step(self, closure=None):
        """One step of every parameter that has a gradient. Returns what `closure` returns."""
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        active = {}
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is not None:
                    active.setdefault(p.device, []).append((group, p))
        for device, parameters in active.items():
            self._step_device(device, parameters)
        return loss

    def statistics(self):
        """Rows that max-norm rescaled and rows left alone for NaN or infinity, since the plans were
        built (which happens again when parameters come, go or move). Waits for the device."""
        counted = {"clamped_rows": 0, "non_finite_rows": 0}
        for device, current in self._plans.items():
            found = current.plan.statistics(_stream(device))
            for name in counted:
                counted[name] += getattr(found, name)
        return counted

    # From parameter groups to plans.

    def _modes(self, group):
        """The settings that are fixed for the life of a plan."""
        modes = {"optimizer": self._kind(group), "non_negative": int(bool(group["non_negative"]))}
        for option, names in _MODES.items():
            if group[option] not in names:
                raise ValueError(f"{option} must be one of {', '.join(names)}, "
                                 f"not {group[option]!r}")
            modes[option] = names.index(group[option])
        modes["reserve_row_stages"] = int(group["group_lasso"] > 0 or group["max_norm"] < math.inf)
        return modes

    def _group_settings(self, group, vectors):
        """The hyper-parameters, for the group's matrices or its vectors."""
        settings = {"learning_rate": float(group["lr"]),
                    "gradient_scale": -1.0 if group["maximize"] else 1.0, **self._settings(group)}
        coupled = settings.pop("coupled_weight_decay", 0.0)
        if coupled and group["l2_mode"] == "prox":
            raise ValueError("weight_decay is a coupled l2: use l2 with l2_mode='prox'")
        settings["l2"] = coupled
        if not vectors:
            settings["l2"] += group["l2"]
            for option in ("l1", "group_lasso", "max_norm"):
                settings[option] = group[option]
        return settings

    def _c_group(self, name, group, settings):
        return _library.curb_group(
            name=name.encode(), **self._modes(group),
            hyperparameters=ctypes.pointer(_library.curb_hyperparameters(**settings)))

    def _check_group(self, group):
        """Raises ValueError or TypeError for what a plan would refuse."""
        name = f"group {len(self.param_groups) - 1}"
        try:
            _library.Plan([self._c_group(name, group, self._group_settings(group, False))], [])
        except _library.CurbError as error:
            raise ValueError(str(error)) from error
        for index, p in enumerate(group["params"]):
            if p.dtype != torch.float32:
                raise TypeError(f"parameter {index} of {name} is {p.dtype}: curb's optimisers take "
                                "float32")
            if p.device.type not in ("cpu", "cuda"):
                raise TypeError(f"parameter {index} of {name} is on {p.device.type}: curb's "
                                "optimisers take cpu and cuda")

    def _state_names(self, group):
        kind = self._kind(group)
        if kind == _SGD and group["l1_mode"] == "cumulative":
            return ("l1_received",)
        return _STATES[kind]

    def _states(self, group, p):
        """The parameter's states, made where they are not there yet."""
        state = self.state[p]
        tensors = []
        for name in self._state_names(group):
            if state.get(name) is None:
                state[name] = torch.full_like(p, self._first_value(group),
                                              memory_format=torch.preserve_format)
            tensors.append(state[name])
        return tensors

    def _first_value(self, group):
        return 0.0

    def _step_device(self, device, parameters):
        modes = {id(group): tuple(self._modes(group).values()) for group, _ in parameters}
        key = [(id(p), p.data_ptr(), p.shape, modes[id(group)], group["regularise_vectors"],
                *(state.data_ptr() for state in self._states(group, p)))
               for group, p in parameters]
        current = self._plans.get(device)
        if current is None or current.key != key:
            self._read_filters()
            current = self._plans[device] = self._build(device, parameters, key)
        stream = _stream(device)
        for index, share in enumerate(current.shares):
            settings = self._group_settings(share.group, share.vectors)
            if settings != share.settings:
                current.plan.set_hyperparameters(
                    index, _library.curb_hyperparameters(**settings), stream)
                share.settings = settings
        ordered = [p for share in current.shares for p in share.parameters]
        gradients = [_gradient(p) for p in ordered]
        addresses = [gradient.data_ptr() for gradient in gradients]
        if addresses != current.bound:
            current.plan.bind_gradients(addresses, stream)
            current.bound = addresses
        current.gradients = gradients
        current.plan.step(stream)
        increment_version = getattr(torch.autograd.graph, "increment_version", None)
        if increment_version is not None:  # so that autograd notices, as after torch.optim's steps
            for p in ordered:
                increment_version(p)

    def _build(self, device, parameters, key):
        """A plan whose groups are shares: parameters of a torch group that took the same steps."""
        shares = {}
        for group, p in parameters:
            vectors = p.dim() < 2 and not group["regularise_vectors"]
            taken = tuple(self._filter(group, p).values())
            share = shares.setdefault((id(group), vectors, taken), _Share(group, vectors))
            share.parameters.append(p)
        ordered = list(shares.values())
        groups, tensors, kept = [], [], []
        for index, share in enumerate(ordered):
            share.settings = self._group_settings(share.group, share.vectors)
            groups.append(self._c_group(f"group {index}", share.group, share.settings))
            for p in share.parameters:
                states = self._states(share.group, p)
                tensors.append(self._tensor(len(tensors), index, p, states))
                kept.append((p, *states))
        cuda = device.type == "cuda"
        plan = _library.Plan(groups, tensors, device_kind=int(cuda),
                             device_index=(device.index or 0) if cuda else 0)
        plan.import_state([_library.curb_group_state(**self._filter(s.group, s.parameters[0]))
                           for s in ordered], _stream(device))
        return _DevicePlan(plan, key, ordered, kept)

    @staticmethod
    def _tensor(number, group, p, states):
        if not all(_is_dense(t) and t.stride() == p.stride() for t in (p, *states)):
            raise ValueError(
                f"a parameter of shape {tuple(p.shape)} or its state is not contiguous")
        rows = p.shape[0] if p.dim() >= 2 else 1
        tensor = _library.curb_tensor(
            name=f"parameter {number} {tuple(p.shape)}".encode(), group=group, rows=rows,
            columns=p.numel() // rows if rows else 0, parameter=p.data_ptr())
        for i, state in enumerate(states):
            tensor.state[i] = state.data_ptr()
        return tensor

    # What a group of curb's remembers is kept with each parameter while no plan holds it.

    def _filter(self, group, p):
        state = self.state[p]
        if "filter" not in state:
            taken = int(state.pop("step", 0))  # of a state_dict of torch.optim's
            settings = self._settings(group)
            state["filter"] = dict.fromkeys(_FILTER, 0.0)
            state["filter"].update(step=taken, beta1_power=settings.get("beta1", 0.9) ** taken,
                                   beta2_power=settings.get("beta2", 0.999) ** taken)
        return state["filter"]

    def _read_filters(self):
        for device, current in self._plans.items():
            exported = current.plan.export_state(_stream(device))
            for share, state in zip(current.shares, exported):
                for p in share.parameters:
                    self.state[p]["filter"] = {name: getattr(state, name) for name in _FILTER}


class SGD(_Optimizer):
    """torch.optim.SGD (without dampening), regularised. `weight_decay` is a coupled l2."""

    def __init__(self, params, lr=1e-3, momentum=0.0, *, weight_decay=0.0, nesterov=False,
                 **regularisers):
        super().__init__(params, dict(lr=lr, momentum=momentum, weight_decay=weight_decay,
                                      nesterov=nesterov), regularisers)

    def _kind(self, group):
        if group["nesterov"]:
            if group["momentum"] <= 0:
                raise ValueError("nesterov needs a momentum above 0")
            return _NESTEROV
        return _MOMENTUM if group["momentum"] != 0 else _SGD

    def _settings(self, group):
        return {"momentum": group["momentum"], "coupled_weight_decay": group["weight_decay"]}


class Adam(_Optimizer):
    """torch.optim.Adam (without amsgrad), regularised. `weight_decay` is a coupled l2."""

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0,
                 **regularisers):
        super().__init__(params, dict(lr=lr, betas=betas, eps=eps, weight_decay=weight_decay),
                         regularisers)

    def _kind(self, group):
        return _ADAM

    def _settings(self, group):
        beta1, beta2 = group["betas"]
        return {"beta1": beta1, "beta2": beta2, "epsilon": group["eps"],
                "coupled_weight_decay": group["weight_decay"]}


class AdamW(Adam):
    """torch.optim.AdamW (without amsgrad), regularised. `weight_decay` is decoupled."""

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2,
                 **regularisers):
        super().__init__(params, lr, betas, eps, weight_decay, **regularisers)

    def _settings(self, group):
        settings = super()._settings(group)
        settings["weight_decay"] = settings.pop("coupled_weight_decay")
        return settings


class Adagrad(_Optimizer):
    """torch.optim.Adagrad (without lr_decay), regularised. `weight_decay` is a coupled l2."""

    def __init__(self, params, lr=1e-2, *, weight_decay=0.0, initial_accumulator_value=0.0,
                 eps=1e-10, **regularisers):
        super().__init__(params, dict(lr=lr, weight_decay=weight_decay, eps=eps,
                                      initial_accumulator_value=initial_accumulator_value),
                         regularisers)

    def _kind(self, group):
        return _ADAGRAD

    def _first_value(self, group):
        return group["initial_accumulator_value"]

    def _settings(self, group):
        return {"epsilon": group["eps"], "coupled_weight_decay": group["weight_decay"]}


class RMSprop(_Optimizer):
    """torch.optim.RMSprop (without momentum, not centred), regularised. `weight_decay` is a coupled
    l2."""

    def __init__(self, params, lr=1e-2, alpha=0.99, eps=1e-8, weight_decay=0.0, **regularisers):
        super().__init__(params, dict(lr=lr, alpha=alpha, eps=eps, weight_decay=weight_decay),
                         regularisers)

    def _kind(self, group):
        return _RMSPROP

    def _settings(self, group):
        return {"beta2": group["alpha"], "epsilon": group["eps"],
                "coupled_weight_decay": group["weight_decay"]}

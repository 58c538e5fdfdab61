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

import itertools
import math

import torch

from curb import _device_plan
from curb._device_plan import BFLOAT16, DevicePlan, Member, Share

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
    "non_negative": False, "regularise_vectors": False}
_STORAGE = {"bfloat16": "remainder", "seed": 0, "ema_decay": None}
# How torch.optim takes a step. It is one pass here, and can be captured, whatever these say.
_FORMS = {"maximize": False, "foreach": None, "capturable": False, "fused": None}
_FILTER = ("step", "beta1_power", "beta2_power", "l1", "l2", "group_lasso", "l1_cumulative")


def _scaling_of(scaler, optimizer):
    """(grad_scale, found_inf) as torch.cuda.amp.GradScaler of torch 1.13 has them; that of torch 2
    makes them attributes of the optimiser."""
    state = scaler._per_optimizer_states[id(optimizer)]
    unscaled = state["stage"].name == "UNSCALED"
    found = (state["found_inf_per_device"] if unscaled
             else scaler._check_inf_per_device(optimizer))
    scale = scaler._get_scale_async()
    return None if unscaled else scale, sum(t.to(scale.device) for t in found.values())


class _Optimizer(torch.optim.Optimizer):
    """What the optimisers share: from parameter groups to plans, and back to a state_dict.

    A subclass says which of curb's optimisers a group wants (_kind), what that takes from it
    (_settings), and which options of its torch.optim namesake must be left alone (_ABSENT)."""

    _step_supports_amp_scaling = True  # GradScaler leaves unscaling and skipping to the step
    _ABSENT = {}

    def __init__(self, params, options, more):
        known = {**_REGULARISERS, **_STORAGE, **_FORMS, "differentiable": False, **options}
        for name in more:
            if name not in known:
                raise TypeError(f"{type(self).__name__} has no option {name!r}")
        self._plans = {}
        self._captured = []  # plans that a graph may replay after they were replaced
        super().__init__(params, {**known, **more})

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
        self._plans = getattr(self, "_plans", {})
        self._captured = getattr(self, "_captured", [])
        self._drop_plans()
        for group in self.param_groups:  # a state_dict of torch.optim's lacks some
            for option, value in self.defaults.items():
                group.setdefault(option, value)

    def state_dict(self):
        self._read_filters()
        return super().state_dict()

    def load_state_dict(self, state_dict):
        given = [state_dict]  # and what the hooks made of it
        register = getattr(self, "register_load_state_dict_pre_hook", None)
        hook = register(lambda _, state_dict: given.append(state_dict)) if register else None
        super().load_state_dict(state_dict)
        if hook is not None:
            hook.remove()
        # torch has cast every state to its parameter's type, which rounds what lies beside a
        # bfloat16 parameter.
        names = itertools.chain.from_iterable(g["params"] for g in given[-1]["param_groups"])
        for name, p in zip(names, self._parameters()):
            for key, value in given[-1]["state"].get(name, {}).items():
                if torch.is_tensor(value):
                    self.state[p][key] = value.detach().to(p.device, copy=True)

    @torch.no_grad()
    def step(self, closure=None, **scaling):
        """One step of every parameter that has a gradient. Returns what `closure` returns.

        Honours `self.grad_scale` and `self.found_inf`, which a GradScaler sets for the step: by the
        one the gradients are divided, and unless the other is zero the step changes nothing."""
        if scaling.keys() - {"grad_scaler"}:
            raise TypeError(f"step() takes no {', '.join(scaling)}")
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        if scaling.get("grad_scaler") is not None:  # torch 1.13
            grad_scale, found_inf = _scaling_of(scaling["grad_scaler"], self)
        else:
            grad_scale, found_inf = (getattr(self, n, None) for n in ("grad_scale", "found_inf"))
        active = {}
        for group, p in self._with_groups():
            if p.grad is not None:
                active.setdefault(p.device, []).append((group, p))
        for device, parameters in active.items():
            self._step_device(device, parameters, grad_scale, found_inf)
        return loss

    def update_settings(self):
        """Makes changes in `param_groups` known to a step that was captured into a CUDA graph, for
        its next replay on the current stream. A step that is not captured sees them anyway."""
        for plan in self._plans.values():
            for share in plan.shares:
                plan.tell(share, self._group_settings(share.group, share.vectors))

    def set_mask(self, p, mask):
        """Holds the weights of the parameter `p` at zero wherever `mask`, a tensor of its shape, is
        zero or False, from the next step on; None lets them go. A state_dict keeps it."""
        if not any(p is q for q in self._parameters()):
            raise ValueError("set_mask: not a parameter of this optimiser")
        if mask is None:
            self.state[p].pop("mask", None)
            return
        if mask.shape != p.shape:
            raise ValueError(f"set_mask: a mask of shape {tuple(mask.shape)} for a parameter of "
                             f"shape {tuple(p.shape)}")
        self.state[p]["mask"] = _device_plan.like(p, torch.uint8).copy_(mask != 0)

    def statistics(self):
        """Rows that max-norm rescaled, rows left alone for NaN or infinity, and steps skipped for
        found_inf (by the plan that skipped most), since the plans were built (which happens again
        when parameters come, go or move). Waits for the device."""
        found = [plan.statistics() for plan in self._plans.values()]
        return {"clamped_rows": sum(s.clamped_rows for s in found),
                "non_finite_rows": sum(s.non_finite_rows for s in found),
                "skipped_steps": max((s.skipped_steps for s in found), default=0)}

    # From parameter groups to plans.

    def _parameters(self):
        return (p for group in self.param_groups for p in group["params"])

    def _with_groups(self):
        return ((group, p) for group in self.param_groups for p in group["params"])

    def _modes(self, group):
        """The settings that are fixed for the life of a plan."""
        for option, value in {"differentiable": False, **self._ABSENT}.items():
            if group[option] != value:
                raise ValueError(f"{option} is not offered: it must be {value}, "
                                 f"not {group[option]!r}")
        if group["bfloat16"] not in BFLOAT16:
            raise ValueError(f"bfloat16 must be one of {', '.join(BFLOAT16)}, "
                             f"not {group['bfloat16']!r}")
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
        settings = {"learning_rate": group["lr"],
                    "gradient_scale": -1.0 if group["maximize"] else 1.0, **self._settings(group)}
        if group["ema_decay"] is not None:
            settings["ema_decay"] = group["ema_decay"]
        coupled = settings.pop("coupled_weight_decay", 0.0)
        if coupled and group["l2_mode"] == "prox":
            raise ValueError("weight_decay is a coupled l2: use l2 with l2_mode='prox'")
        settings["l2"] = coupled
        if not vectors:
            settings["l2"] += group["l2"]
            for option in ("l1", "group_lasso", "max_norm"):
                settings[option] = group[option]
        return {name: float(value) for name, value in settings.items()}  # some may be tensors

    def _check_group(self, group):
        """Raises ValueError or TypeError for what a plan would refuse."""
        name = f"group {len(self.param_groups) - 1}"
        _device_plan.check_settings(name, self._modes(group), self._group_settings(group, False))
        for index, p in enumerate(group["params"]):
            if p.dtype not in (torch.float32, torch.bfloat16):
                raise TypeError(f"parameter {index} of {name} is {p.dtype}: curb's optimisers take "
                                "float32 and bfloat16")
            if p.device.type not in ("cpu", "cuda"):
                raise TypeError(f"parameter {index} of {name} is on {p.device.type}: curb's "
                                "optimisers take cpu and cuda")

    def _state_types(self, group):
        """The names of the states that the optimiser needs, and their types."""
        kind = self._kind(group)
        if kind == _SGD and group["l1_mode"] == "cumulative":
            return {"l1_received": torch.float32}
        return dict.fromkeys(_STATES[kind], torch.float32)

    def _first_value(self, group):
        return 0.0

    def _beside(self, p, name, dtype, make):
        """The entry of the parameter's state, made where it is not there yet."""
        state = self.state[p]
        if state.get(name) is None:
            _device_plan.refuse_capture(p.device)
            state[name] = make()
        elif state[name].dtype != dtype:  # a state_dict of torch.optim's
            state[name] = state[name].to(dtype)
        return state[name]

    def _storage(self, group, p):
        if p.dtype == torch.float32:
            return None
        storage = group["bfloat16"]
        if storage == "master":
            return storage, self._beside(p, "master", torch.float32, lambda: p.detach().float())
        if storage == "remainder":
            return storage, self._beside(p, "remainder", torch.int16,
                                         lambda: _device_plan.like(p, torch.int16))
        return storage, None

    def _member(self, name, group, p):
        first = self._first_value(group)
        states = [self._beside(p, state, t, lambda t=t: _device_plan.like(p, t, first))
                  for state, t in self._state_types(group).items()]
        storage = self._storage(group, p)
        ema = None
        if group["ema_decay"] is not None:
            ema = self._beside(p, "ema", torch.float32,
                               lambda: p.detach().to(torch.float32, copy=True))
        mask = self.state[p].get("mask")
        return Member(name, p, states, storage, mask, ema)

    def _names(self):
        """What each parameter is called: its place among all, and its shape or its own name."""
        names = {}
        for group in self.param_groups:
            given = group.get("param_names") or [str(tuple(p.shape)) for p in group["params"]]
            for p, name in zip(group["params"], given):
                names[p] = f"parameter {len(names)} {name}"
        return names

    def _step_device(self, device, parameters, grad_scale, found_inf):
        names = self._names()
        members = [self._member(names[p], group, p) for group, p in parameters]
        groups = {id(group): group for group, _ in parameters}
        modes = {key: tuple(self._modes(group).values()) for key, group in groups.items()}
        scaled = grad_scale is not None or found_inf is not None
        key = [scaled, self.param_groups[0]["seed"]]
        key += [(id(p), modes[id(group)], group["regularise_vectors"], member.key())
                for (group, p), member in zip(parameters, members)]
        plan = self._plans.get(device)
        if plan is None or plan.key != key:
            _device_plan.refuse_capture(device)
            self._read_filters()
            self._drop_plans([device])
            plan = self._plans[device] = self._build(device, parameters, members, key, scaled)
        for share in plan.shares:
            plan.tell(share, self._group_settings(share.group, share.vectors))
        plan.step(grad_scale, found_inf)

    def _build(self, device, parameters, members, key, scaled):
        """A plan whose groups are shares: parameters of a torch group that took the same steps."""
        shares = {}
        for (group, p), member in zip(parameters, members):
            vectors = p.dim() < 2 and not group["regularise_vectors"]
            taken = tuple(self._filter(group, p).values())
            share = shares.setdefault((id(group), vectors, taken), Share(group, vectors))
            share.members.append(member)
        shares = list(shares.values())
        c_groups = []
        for index, share in enumerate(shares):
            share.settings = self._group_settings(share.group, share.vectors)
            c_groups.append(_device_plan.c_group(f"group {index}", self._modes(share.group),
                                                 share.settings))
        filters = [self._filter(share.group, share.members[0].p) for share in shares]
        return DevicePlan(device, key, shares, c_groups, filters, self.param_groups[0]["seed"],
                          scaled)

    def _drop_plans(self, devices=None):
        """Forgets plans, whose filters have been read; one in a captured graph must live on."""
        for device in list(self._plans if devices is None else devices):
            plan = self._plans.pop(device, None)
            if plan is not None and plan.captured:
                self._captured.append(plan)

    # What a group of curb's remembers is kept with each parameter while no plan holds it.

    def _filter(self, group, p):
        state = self.state[p]
        if "filter" not in state:
            taken = int(state.get("step", 0))  # of a state_dict of torch.optim's
            settings = self._settings(group)
            state["filter"] = dict.fromkeys(_FILTER, 0.0)
            state["filter"].update(
                step=taken, beta1_power=float(settings.get("beta1", 0.9)) ** taken,
                beta2_power=float(settings.get("beta2", 0.999)) ** taken)
        return state["filter"]

    def _read_filters(self):
        for plan in self._plans.values():
            for share, state in zip(plan.shares, plan.export_state()):
                for member in share.members:
                    kept = self.state[member.p]
                    kept["filter"] = {name: getattr(state, name) for name in _FILTER}
                    kept["step"] = torch.tensor(float(state.step))  # where torch.optim looks for it


class SGD(_Optimizer):
    """torch.optim.SGD (without dampening), regularised. `weight_decay` is a coupled l2. With
    `momentum_dtype="bfloat16"` the velocity takes half the memory."""

    _ABSENT = {"dampening": 0}

    def __init__(self, params, lr=1e-3, momentum=0.0, dampening=0, weight_decay=0.0, nesterov=False,
                 *, momentum_dtype="float32", **more):
        super().__init__(params, dict(
            lr=lr, momentum=momentum, dampening=dampening, weight_decay=weight_decay,
            nesterov=nesterov, momentum_dtype=momentum_dtype), more)

    def _kind(self, group):
        if group["nesterov"]:
            if group["momentum"] <= 0:
                raise ValueError("nesterov needs a momentum above 0")
            return _NESTEROV
        return _MOMENTUM if group["momentum"] != 0 else _SGD

    def _state_types(self, group):
        types = super()._state_types(group)
        if "momentum_buffer" in types:
            types["momentum_buffer"] = getattr(torch, group["momentum_dtype"])
        return types

    def _modes(self, group):
        if group["momentum_dtype"] not in ("float32", "bfloat16"):
            raise ValueError("momentum_dtype must be float32 or bfloat16, "
                             f"not {group['momentum_dtype']!r}")
        return super()._modes(group)

    def _settings(self, group):
        return {"momentum": group["momentum"], "coupled_weight_decay": group["weight_decay"]}


class Adam(_Optimizer):
    """torch.optim.Adam (without amsgrad), regularised. `weight_decay` is a coupled l2."""

    _ABSENT = {"amsgrad": False}

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0,
                 amsgrad=False, **more):
        super().__init__(params, dict(lr=lr, betas=betas, eps=eps, weight_decay=weight_decay,
                                      amsgrad=amsgrad), more)

    def _kind(self, group):
        return _ADAM

    def _settings(self, group):
        beta1, beta2 = group["betas"]
        return {"beta1": beta1, "beta2": beta2, "epsilon": group["eps"],
                "coupled_weight_decay": group["weight_decay"]}


class AdamW(Adam):
    """torch.optim.AdamW (without amsgrad), regularised. `weight_decay` is decoupled."""

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2,
                 amsgrad=False, **more):
        super().__init__(params, lr, betas, eps, weight_decay, amsgrad, **more)

    def _settings(self, group):
        settings = super()._settings(group)
        settings["weight_decay"] = settings.pop("coupled_weight_decay")
        return settings


class Adagrad(_Optimizer):
    """torch.optim.Adagrad (without lr_decay), regularised. `weight_decay` is a coupled l2."""

    _ABSENT = {"lr_decay": 0}

    def __init__(self, params, lr=1e-2, lr_decay=0, weight_decay=0.0, initial_accumulator_value=0.0,
                 eps=1e-10, **more):
        super().__init__(params, dict(
            lr=lr, lr_decay=lr_decay, weight_decay=weight_decay, eps=eps,
            initial_accumulator_value=initial_accumulator_value), more)

    def _kind(self, group):
        return _ADAGRAD

    def _first_value(self, group):
        return group["initial_accumulator_value"]

    def _settings(self, group):
        return {"epsilon": group["eps"], "coupled_weight_decay": group["weight_decay"]}


class RMSprop(_Optimizer):
    """torch.optim.RMSprop (without momentum, not centred), regularised. `weight_decay` is a coupled
    l2."""

    _ABSENT = {"momentum": 0, "centered": False}

    def __init__(self, params, lr=1e-2, alpha=0.99, eps=1e-8, weight_decay=0.0, momentum=0,
                 centered=False, **more):
        super().__init__(params, dict(
            lr=lr, alpha=alpha, eps=eps, weight_decay=weight_decay, momentum=momentum,
            centered=centered), more)

    def _kind(self, group):
        return _RMSPROP

    def _settings(self, group):
        return {"beta2": group["alpha"], "epsilon": group["eps"],
                "coupled_weight_decay": group["weight_decay"]}

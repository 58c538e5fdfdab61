# Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
"""The regularisers: exact zeros at the minimiser of F, where a soft threshold bolted on to
torch.optim comes to rest elsewhere; and what is refused."""

import math
import unittest

from support import curb, network, torch, train

L1 = 0.05


class Lasso:
    """1/(2 n) |X w - y|^2 + l1 |w|_1 with 5 of 30 weights at work, ill-conditioned enough that an
    optimiser's metric matters."""

    def __init__(self):
        torch.manual_seed(1)
        self.x = torch.randn(200, 30) * torch.linspace(0.5, 2, 30)
        self.y = self.x[:, :5] @ torch.tensor([2.0, -1.5, 1.0, 0.75, -0.5])
        self.y += 0.1 * torch.randn(200)

    def loss(self, w):
        return (self.x @ w.reshape(-1) - self.y).square().sum() / (2 * len(self.y))

    def distance_from_stationarity(self, w):
        """How far 0 is from the subdifferential of F; in double."""
        w = w.detach().double().reshape(-1)
        gradient = self.x.double().t() @ (self.x.double() @ w - self.y.double()) / len(self.y)
        at_zero = (gradient.abs() - L1).clamp(min=0)
        elsewhere = (gradient + L1 * w.sign()).abs()
        return torch.where(w == 0, at_zero, elsewhere).max().item()


def minimise(problem, optimizer, w, steps, after_step=lambda: None):
    for _ in range(steps):
        optimizer.zero_grad()
        problem.loss(w).backward()
        optimizer.step()
        after_step()


class ExactZeros(unittest.TestCase):
    def test_the_minimiser_is_reached_and_a_naive_threshold_misses_it(self):
        cases = (
            ("SGD", dict(lr=0.05), 1e-5),
            ("SGD", dict(lr=0.01, momentum=0.9), 1e-5),
            ("SGD", dict(lr=0.01, momentum=0.9, nesterov=True), 1e-5),
            ("Adam", dict(lr=0.01), 1e-4),
        )
        problem = Lasso()
        print("\n                        curb                    torch.optim + softshrink(lr * l1)")
        for name, options, tolerance in cases:
            with self.subTest(name, **options):
                ours = torch.nn.Parameter(torch.zeros(1, 30))
                minimise(problem, getattr(curb.torch, name)([ours], l1=L1, **options), ours, 5000)

                naive = torch.nn.Parameter(torch.zeros(1, 30))

                def shrink(w=naive, threshold=options["lr"] * L1):
                    with torch.no_grad():
                        w.copy_(torch.nn.functional.softshrink(w, threshold))

                minimise(problem, getattr(torch.optim, name)([naive], **options), naive, 5000,
                         after_step=shrink)

                found = problem.distance_from_stationarity(ours)
                theirs = problem.distance_from_stationarity(naive)
                print(f"{name:5} {'nesterov' if 'nesterov' in options else '':8} "
                      f"m={options.get('momentum', 0):.1f}   "
                      f"{int((ours == 0).sum()):2d} zeros, {found:.1e} from stationary   "
                      f"{int((naive == 0).sum()):2d} zeros, {theirs:.1e} from stationary")
                self.assertLessEqual(found, tolerance)
                self.assertGreaterEqual(int((ours == 0).sum()), 20)
                if name == "Adam" or "momentum" in options:
                    self.assertGreater(theirs, 0.5 * L1)

    def test_zeros_last_and_are_positive(self):
        model = network()
        train(model, curb.torch.Adam(model.parameters(), lr=1e-2, l1=1e-2), 200)
        zeros = model[0].weight == 0
        self.assertGreater(int(zeros.sum()), 1000)
        self.assertFalse(torch.signbit(model[0].weight[zeros]).any())

    def test_sign_mode_leaves_no_lasting_zeros_and_cumulative_does(self):
        counts = {}
        for mode in ("prox", "sign", "cumulative"):
            model = network()
            train(model, curb.torch.SGD(model.parameters(), lr=0.05, l1=5e-3, l1_mode=mode), 200)
            counts[mode] = int((model[0].weight == 0).sum())
        self.assertGreater(counts["prox"], 200)
        self.assertGreater(counts["cumulative"], 200)
        self.assertLess(counts["sign"], 10)


class Rows(unittest.TestCase):
    def test_group_lasso_removes_whole_neurons_or_inputs(self):
        for over, dimension in (("incoming", 1), ("outgoing", 0)):
            model = network()
            train(model, curb.torch.SGD(model.parameters(), lr=0.05, group_lasso=0.01,
                                        group_lasso_over=over), 300)
            zero = (model[0].weight == 0)
            whole = zero.all(dim=dimension)
            self.assertGreater(int(whole.sum()), 0, over)
            self.assertEqual(int(zero.sum()), int(whole.sum()) * zero.shape[dimension], over)

    def test_max_norm_holds_and_is_counted(self):
        for name, more in (("SGD", {}), ("Adam", {}), ("Adam", {"max_norm_mode": "exact"})):
            model = network()
            optimizer = getattr(curb.torch, name)(model.parameters(), lr=0.05, max_norm=0.5, **more)
            train(model, optimizer, 20)
            for layer in (model[0], model[2]):
                norms = layer.weight.double().norm(dim=1)
                self.assertLessEqual(norms.max().item(), 0.5)
            self.assertGreater(optimizer.statistics()["clamped_rows"], 20)
            self.assertEqual(optimizer.statistics()["non_finite_rows"], 0)

    def test_convolution_filters_are_neurons(self):
        torch.manual_seed(0)
        layer = torch.nn.Conv2d(3, 8, 3)
        optimizer = curb.torch.SGD(layer.parameters(), lr=0.0, max_norm=0.25)
        layer(torch.randn(2, 3, 5, 5)).sum().backward()
        optimizer.step()
        self.assertLessEqual(layer.weight.flatten(1).double().norm(dim=1).max().item(), 0.25)

    def test_non_negative(self):
        model = network()
        train(model, curb.torch.Adam(model.parameters(), non_negative=True), 1)
        self.assertGreaterEqual(model[0].weight.min().item(), 0.0)


class Options(unittest.TestCase):
    def test_biases_are_free_unless_asked_for(self):
        for regularise in (False, True):
            bias = torch.nn.Parameter(torch.tensor([0.001, 5.0]))
            bias.grad = torch.zeros(2)
            curb.torch.SGD([bias], lr=0.1, l1=1.0, regularise_vectors=regularise).step()
            self.assertEqual(bias[0].item() == 0.0, regularise)

    def test_groups_have_their_own_coefficients(self):
        model = network()
        optimizer = curb.torch.SGD([{"params": model[0].parameters(), "l1": 1e-2},
                                    {"params": model[2].parameters()}], lr=0.05)
        train(model, optimizer, 100)
        self.assertGreater(int((model[0].weight == 0).sum()), 100)
        self.assertEqual(int((model[2].weight == 0).sum()), 0)

    def test_coefficients_may_change_between_steps(self):
        model = network()
        optimizer = curb.torch.SGD(model.parameters(), lr=0.05, momentum=0.9)
        train(model, optimizer, 20)
        self.assertEqual(int((model[0].weight == 0).sum()), 0)
        optimizer.param_groups[0].update(l1=1e-2, max_norm=2.0)
        train(model, optimizer, 50)
        self.assertGreater(int((model[0].weight == 0).sum()), 100)
        self.assertLessEqual(model[0].weight.double().norm(dim=1).max().item(), 2.0)

    def test_weight_decay_is_decoupled_in_adamw_alone(self):
        for name, expected in (("AdamW", 1 - 0.1 * 0.5), ("Adam", 0.9)):
            w = torch.nn.Parameter(torch.ones(1, 1))
            w.grad = torch.zeros(1, 1)
            getattr(curb.torch, name)([w], lr=0.1, weight_decay=0.5).step()
            self.assertAlmostEqual(w.item(), expected, places=6)


class Refusals(unittest.TestCase):
    def test_bad_settings_are_value_errors_that_name_them(self):
        p = torch.nn.Parameter(torch.zeros(2, 2))
        for message, options in (
                ("l1", dict(l1=-1.0)), ("l1", dict(l1=math.nan)), ("learning_rate", dict(lr=-1.0)),
                ("max_norm", dict(max_norm=0.0)), ("momentum", dict(momentum=1.0)),
                ("l1_mode", dict(l1_mode="soft")), ("l2_mode", dict(l2_mode=1)),
                ("cumulative", dict(l1_mode="cumulative", momentum=0.9)),
                ("nesterov", dict(nesterov=True)),
                ("outgoing", dict(group_lasso_over="outgoing", max_norm=1.0)),
                ("coupled", dict(weight_decay=0.1, l2_mode="prox")),
                ("dampening is not offered", dict(dampening=0.5)),
                ("differentiable is not offered", dict(differentiable=True)),
                ("momentum_dtype", dict(momentum_dtype="float16")),
                ("bfloat16 must be", dict(bfloat16="nearest")),
                ("ema_decay", dict(ema_decay=1.5))):
            with self.subTest(**options), self.assertRaisesRegex(ValueError, message):
                curb.torch.SGD([p], **options)
        for optimizer, options in (
                ("Adam", dict(amsgrad=True)), ("Adagrad", dict(lr_decay=0.1)),
                ("RMSprop", dict(momentum=0.9)), ("RMSprop", dict(centered=True))):
            with self.assertRaisesRegex(ValueError, "is not offered"):
                getattr(curb.torch, optimizer)([p], **options)
        with self.assertRaisesRegex(TypeError, "no option 'l3'"):
            curb.torch.SGD([p], l3=1.0)

    def test_bad_parameters_are_type_errors(self):
        double = torch.nn.Parameter(torch.zeros(2, dtype=torch.float64))
        with self.assertRaisesRegex(TypeError, "parameter 0 of group 0 is torch.float64"):
            curb.torch.Adam([double])
        optimizer = curb.torch.Adam([torch.nn.Parameter(torch.zeros(2))])
        with self.assertRaisesRegex(TypeError, "group 1"):
            optimizer.add_param_group({"params": [double]})
        self.assertEqual(len(optimizer.param_groups), 1)

    def test_sparse_gradients_and_strided_parameters(self):
        embedding = torch.nn.Embedding(10, 3, sparse=True)
        optimizer = curb.torch.SGD(embedding.parameters())
        embedding(torch.tensor([1, 2])).sum().backward()
        with self.assertRaisesRegex(RuntimeError, "sparse"):
            optimizer.step()
        strided = torch.nn.Parameter(torch.zeros(4, 4).t()[:, :2])
        strided.grad = torch.zeros(4, 2)
        with self.assertRaisesRegex(ValueError, "not contiguous"):
            curb.torch.SGD([strided]).step()

    def test_a_setting_made_bad_later_is_refused_and_changes_nothing(self):
        model = network()
        optimizer = curb.torch.SGD(model.parameters(), lr=0.1)
        train(model, optimizer, 1)
        before = model[0].weight.clone()
        optimizer.param_groups[0]["l1"] = -1.0
        with self.assertRaisesRegex(curb.CurbError, "l1 must be in"):
            train(model, optimizer, 1)
        self.assertTrue(torch.equal(before, model[0].weight))
        optimizer.param_groups[0]["l1"] = 0.0
        train(model, optimizer, 1)
        self.assertFalse(torch.equal(before, model[0].weight))


class Divergence(unittest.TestCase):
    def test_nan_does_not_look_like_sparsity(self):
        w = torch.nn.Parameter(torch.ones(2, 2))
        optimizer = curb.torch.SGD([w], lr=0.1, l1=1.0)
        w.grad = torch.tensor([[math.nan, 0.0], [0.0, 0.0]])
        optimizer.step()
        self.assertTrue(torch.isnan(w[0, 0]))


if __name__ == "__main__":
    unittest.main()

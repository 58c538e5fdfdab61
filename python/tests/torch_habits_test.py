# Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
"""What code around a torch optimiser relies on: its options, GradScaler, hooks, masks, states."""

import copy
import math
import unittest
from types import SimpleNamespace

from support import PAIRS, curb, digits, distance, network, same_bits, torch, train

TOLERANCE = 1e-6


def weight(*values):
    return torch.nn.Parameter(torch.tensor([values]))


class Options(unittest.TestCase):
    def test_the_forms_of_torchs_step_are_taken_and_change_nothing(self):
        plain, formed = network(), network()
        train(plain, curb.torch.Adam(plain.parameters()), 5)
        train(formed, curb.torch.Adam(formed.parameters(), foreach=True, fused=None,
                                      capturable=True, differentiable=False), 5)
        self.assertTrue(same_bits(plain, formed))

    def test_positions_are_torchs(self):
        for name, arguments in (("SGD", (0.01, 0.9, 0, 1e-3, True)),
                                ("Adam", (1e-3, (0.8, 0.95), 1e-7, 1e-3, False)),
                                ("AdamW", (1e-3, (0.8, 0.95), 1e-7, 1e-3, False)),
                                ("Adagrad", (1e-2, 0, 1e-3, 0.1, 1e-9)),
                                ("RMSprop", (1e-3, 0.9, 1e-7, 1e-3, 0, False))):
            with self.subTest(name):
                models = network(), network()
                for model, module in zip(models, (torch.optim, curb.torch)):
                    train(model, getattr(module, name)(model.parameters(), *arguments), 10)
                self.assertLessEqual(distance(*models), TOLERANCE)

    def test_a_learning_rate_may_be_a_tensor(self):
        models = network(), network()
        train(models[0], curb.torch.SGD(models[0].parameters(), lr=0.05), 3)
        train(models[1], curb.torch.SGD(models[1].parameters(), lr=torch.tensor(0.05)), 3)
        self.assertTrue(same_bits(*models))

    def test_a_loaded_state_that_asks_for_what_is_not_offered_is_refused(self):
        model = network()
        theirs = torch.optim.Adam(model.parameters(), amsgrad=True)
        train(model, theirs, 1)
        ours = curb.torch.Adam(model.parameters())
        ours.load_state_dict(theirs.state_dict())
        with self.assertRaisesRegex(ValueError, "amsgrad is not offered"):
            train(model, ours, 1)

    def test_step_takes_a_closure_and_no_more(self):
        with self.assertRaisesRegex(TypeError, "step.. takes no gradients"):
            curb.torch.SGD([weight(1.0)]).step(gradients=None)


class Scaling(unittest.TestCase):
    """GradScaler's protocol: grad_scale and found_inf, set for the time of a step."""

    def test_gradients_are_divided_by_the_scale(self):
        plain, scaled = network(), network()
        optimizers = [curb.torch.Adam(m.parameters(), l1=1e-3) for m in (plain, scaled)]
        optimizers[1].grad_scale = torch.tensor([1024.0])
        optimizers[1].found_inf = torch.tensor(0.0)
        train(plain, optimizers[0], 5)
        for _ in range(5):
            pixels, labels = digits()
            optimizers[1].zero_grad()
            loss = torch.nn.functional.cross_entropy(scaled(pixels), labels)
            (1024 * loss).backward()
            optimizers[1].step()
        self.assertTrue(same_bits(plain, scaled))

    def test_a_step_with_found_inf_changes_nothing(self):
        model = network()
        optimizer = curb.torch.Adam(model.parameters(), l1=1e-3)
        train(model, optimizer, 3)
        before = copy.deepcopy((model, optimizer.state_dict()))
        optimizer.found_inf = torch.tensor([1.0])
        train(model, optimizer, 2)
        self.assertEqual(optimizer.statistics()["skipped_steps"], 2)
        self.assertTrue(same_bits(model, before[0]))
        for index, state in optimizer.state_dict()["state"].items():
            for name, value in before[1]["state"][index].items():
                self.assertTrue(torch.equal(value, state[name]) if torch.is_tensor(value)
                                else value == state[name], name)
        del optimizer.found_inf
        train(model, optimizer, 1)
        self.assertFalse(same_bits(model, before[0]))

    @unittest.skipUnless(hasattr(torch, "amp") and hasattr(torch.amp, "GradScaler"),
                         "this torch has no GradScaler for the CPU")
    def test_grad_scaler_skips_and_goes_on_as_with_torchs_optimiser(self):
        def run(module):
            model = network()
            optimizer = module.SGD(model.parameters(), lr=0.05, momentum=0.9)
            scaler = torch.amp.GradScaler("cpu", init_scale=2.0 ** 20, growth_interval=4)
            pixels, labels = digits()
            scales = []
            for step in range(12):
                optimizer.zero_grad(set_to_none=True)
                loss = torch.nn.functional.cross_entropy(model(pixels), labels)
                scaler.scale(loss).backward()
                if step in (3, 8):
                    model[0].weight.grad[2, 5] = (math.inf, math.nan)[step == 8]
                if step == 6:  # unscaled by hand, as clipping asks
                    scaler.unscale_(optimizer)
                    torch.nn.utils.clip_grad_norm_(model.parameters(), 0.1)
                scaler.step(optimizer)
                scaler.update()
                scales.append(scaler.get_scale())
            return model, scales

        expected, expected_scales = run(torch.optim)
        found, scales = run(curb.torch)
        self.assertEqual(scales, expected_scales)
        self.assertLess(scales[3], scales[2])
        self.assertLessEqual(distance(expected, found), TOLERANCE)
        self.assertTrue(torch.isfinite(found[0].weight).all())

    def test_torch_1_13_hands_over_the_scaler_itself(self):
        for stage in ("READY", "UNSCALED"):
            w = weight(1.0)
            w.grad = torch.full_like(w, 8.0)
            optimizer = curb.torch.SGD([w], lr=0.5)
            scaler = SimpleNamespace(
                _per_optimizer_states={id(optimizer): {
                    "stage": SimpleNamespace(name=stage),
                    "found_inf_per_device": {"cpu": torch.tensor([0.0])}}},
                _check_inf_per_device=lambda _: {"cpu": torch.tensor([0.0])},
                _get_scale_async=lambda: torch.tensor(4.0))
            optimizer.step(grad_scaler=scaler)
            self.assertEqual(w.item(), 0.0 if stage == "READY" else -3.0)


class Masks(unittest.TestCase):
    def test_masked_weights_are_zero_and_stay_so(self):
        model = network()
        optimizer = curb.torch.Adam(model.parameters(), lr=1e-2)
        train(model, optimizer, 5)
        keep = torch.rand(model[0].weight.shape) < 0.3
        optimizer.set_mask(model[0].weight, keep)
        train(model, optimizer, 20)
        self.assertTrue((model[0].weight[~keep] == 0).all())
        self.assertTrue((model[0].weight[keep] != 0).all())
        resumed = network()
        resumed.load_state_dict(model.state_dict())
        second = curb.torch.Adam(resumed.parameters(), lr=1e-2)
        second.load_state_dict(copy.deepcopy(optimizer.state_dict()))
        train(model, optimizer, 5)
        train(resumed, second, 5)
        self.assertTrue(same_bits(model, resumed))
        optimizer.set_mask(model[0].weight, None)
        train(model, optimizer, 5)
        self.assertGreater(int((model[0].weight[~keep] != 0).sum()), 100)

    def test_bad_masks_are_refused(self):
        model = network()
        optimizer = curb.torch.SGD(model.parameters())
        with self.assertRaisesRegex(ValueError, "not a parameter"):
            optimizer.set_mask(weight(1.0), None)
        with self.assertRaisesRegex(ValueError, r"shape \(3,\)"):
            optimizer.set_mask(model[0].weight, torch.ones(3))


class States(unittest.TestCase):
    def test_torchs_optimiser_takes_the_state_back(self):
        for name, options in PAIRS:
            with self.subTest(name, **options):
                expected = network()
                ours = getattr(curb.torch, name)(expected.parameters(), **options)
                train(expected, ours, 10)
                found = copy.deepcopy(expected)
                theirs = getattr(torch.optim, name)(found.parameters(), **options)
                theirs.load_state_dict(copy.deepcopy(ours.state_dict()))
                train(expected, ours, 10)
                train(found, theirs, 10)
                self.assertLessEqual(distance(expected, found), TOLERANCE)

    @unittest.skipUnless(hasattr(torch.optim.Optimizer, "register_load_state_dict_pre_hook"),
                         "this torch has no hooks for it")
    def test_hooks_see_and_change_what_is_loaded(self):
        model = network()
        optimizer = curb.torch.SGD(model.parameters(), momentum=0.9)
        train(model, optimizer, 2)

        def without_velocity(_, state_dict):
            state_dict = copy.deepcopy(state_dict)
            for state in state_dict["state"].values():
                state["momentum_buffer"].zero_()
            return state_dict

        optimizer.register_load_state_dict_pre_hook(without_velocity)
        optimizer.load_state_dict(optimizer.state_dict())
        for p in model.parameters():
            self.assertEqual(optimizer.state[p]["momentum_buffer"].abs().max().item(), 0.0)

    def test_the_average_follows_the_weights(self):
        model = network()
        optimizer = curb.torch.SGD(model.parameters(), lr=0.05, ema_decay=0.75)
        expected = [p.detach().clone() for p in model.parameters()]

        def follow():
            for average, p in zip(expected, model.parameters()):
                average.mul_(0.75).add_(p.detach(), alpha=0.25)

        train(model, optimizer, 10, after_step=follow)
        for average, p in zip(expected, model.parameters()):
            torch.testing.assert_close(optimizer.state[p]["ema"], average)
            self.assertFalse(torch.equal(p, average))

    def test_names_of_parameters_are_told(self):
        bad = torch.nn.Parameter(torch.zeros(4, 4).t()[:, :2])
        bad.grad = torch.zeros(4, 2)
        optimizer = curb.torch.SGD([bad])
        optimizer.param_groups[0]["param_names"] = ["layers.3.weight"]
        with self.assertRaisesRegex(ValueError, "layers.3.weight"):
            optimizer.step()

    def test_parameters_in_one_memory_are_refused_by_name(self):
        memory = torch.zeros(2, 6)
        halves = [torch.nn.Parameter(memory[0]), torch.nn.Parameter(memory.view(-1)[4:10])]
        for p in halves:
            p.grad = torch.zeros(6)
        with self.assertRaisesRegex(curb.CurbError, "parameter 0 .*overlaps .*parameter 1 "):
            curb.torch.SGD(halves).step()

    def test_a_gradient_in_a_parameters_memory_is_refused_by_name(self):
        w = weight(1.0, 2.0)
        w.grad = w.detach()
        with self.assertRaisesRegex(curb.CurbError, "gradient of tensor 'parameter 0 .*overlaps"):
            curb.torch.SGD([w]).step()
        self.assertEqual(w.tolist(), [[1.0, 2.0]])


if __name__ == "__main__":
    unittest.main()

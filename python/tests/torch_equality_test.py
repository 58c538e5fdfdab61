# Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
"""With the regularisers off, curb.torch's optimisers are torch.optim's; they keep its habits."""

import copy
import pickle
import unittest

from support import PAIRS, curb, digits, distance, network, same_bits, torch, train

TOLERANCE = 1e-6


def both(name, options, **more):
    """The same network with torch's optimiser and with curb's: ((model, optimizer), ...)."""
    models = network(), network()
    return ((models[0], getattr(torch.optim, name)(models[0].parameters(), **options, **more)),
            (models[1], getattr(curb.torch, name)(models[1].parameters(), **options, **more)))


class Equality(unittest.TestCase):
    def test_hundred_steps_on_digits(self):
        for name, options in PAIRS:
            with self.subTest(name, **options):
                expected, found = both(name, options)
                train(*expected, 100)
                train(*found, 100)
                difference = distance(expected[0], found[0])
                print(f"{name} {options}: {difference:.1e} from torch.optim after 100 steps")
                self.assertLessEqual(difference, TOLERANCE)
                self.assertGreater(distance(found[0], network()), 1e-2)

    def test_maximize(self):
        expected, found = both("SGD", dict(lr=1e-3, momentum=0.9, weight_decay=1e-2), maximize=True)
        train(*expected, 20)
        train(*found, 20)
        self.assertLessEqual(distance(expected[0], found[0]), TOLERANCE)

    def test_schedulers_take_effect(self):
        schedulers = {
            "StepLR": lambda o: torch.optim.lr_scheduler.StepLR(o, 5, 0.5),
            "CosineAnnealingLR": lambda o: torch.optim.lr_scheduler.CosineAnnealingLR(o, 40),
            "OneCycleLR": lambda o: torch.optim.lr_scheduler.OneCycleLR(o, 0.02, total_steps=40)}
        for name, make in schedulers.items():
            with self.subTest(name):
                expected, found = both("SGD", dict(lr=0.01, momentum=0.9))
                for model, optimizer in (expected, found):
                    train(model, optimizer, 40, after_step=make(optimizer).step)
                self.assertLessEqual(distance(expected[0], found[0]), TOLERANCE)
                constant = both("SGD", dict(lr=0.01, momentum=0.9))[1]
                train(*constant, 40)
                self.assertGreater(distance(constant[0], found[0]), 1e-3)

    def test_groups_closures_and_groups_added_later(self):
        def run(module):
            model = network()
            optimizer = module.SGD([{"params": model[0].parameters(), "lr": 0.02},
                                    {"params": [model[2].weight]}], lr=0.01, momentum=0.9)
            pixels, labels = digits()

            def closure():
                optimizer.zero_grad()
                loss = torch.nn.functional.cross_entropy(model(pixels), labels)
                loss.backward()
                return loss

            losses = [optimizer.step(closure).item() for _ in range(5)]
            optimizer.add_param_group({"params": [model[2].bias], "lr": 0.1})
            losses += [optimizer.step(closure).item() for _ in range(5)]
            return model, losses

        expected, expected_losses = run(torch.optim)
        found, losses = run(curb.torch)
        self.assertLessEqual(distance(expected, found), TOLERANCE)
        for expected_loss, loss in zip(expected_losses, losses):
            self.assertAlmostEqual(expected_loss, loss, places=5)
        self.assertFalse(torch.equal(found[2].bias, network()[2].bias))

    def test_parameters_without_a_gradient_wait_and_keep_their_own_step_count(self):
        def run(module):
            model = network()
            optimizer = module.Adam(model.parameters(), lr=1e-2)
            for _ in range(3):
                model[0].requires_grad_(False)
                train(model, optimizer, 2)
                model[0].requires_grad_(True)
                train(model, optimizer, 2)
            return model

        self.assertLessEqual(distance(run(torch.optim), run(curb.torch)), TOLERANCE)

    def test_memory_that_moves_and_layouts(self):
        def run(module):
            torch.manual_seed(0)
            model = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.Flatten(),
                                        torch.nn.Linear(4 * 36, 2))
            model.to(memory_format=torch.channels_last)
            optimizer = module.SGD(model.parameters(), lr=0.05, momentum=0.9)
            inputs = torch.randn(5, 3, 8, 8)
            for step in range(6):
                optimizer.zero_grad(set_to_none=True)
                model(inputs).square().mean().backward()
                if step == 2:  # new storage under the same parameters
                    for p in model.parameters():
                        p.data = p.data.clone(memory_format=torch.preserve_format)
                if step == 4:  # a gradient in another layout than its parameter
                    model[2].weight.grad = model[2].weight.grad.t().contiguous().t()
                optimizer.step()
            return model

        expected, found = run(torch.optim), run(curb.torch)
        self.assertTrue(found[0].weight.is_contiguous(memory_format=torch.channels_last))
        self.assertLessEqual(distance(expected, found), TOLERANCE)


class State(unittest.TestCase):
    REGULARISED = dict(l1=1e-3, l2=1e-3, l2_mode="prox", max_norm=1.5, group_lasso=1e-4)

    def optimizers(self):
        for name, options in PAIRS:
            options = {k: v for k, v in options.items() if k != "weight_decay"}
            yield name, {**options, **self.REGULARISED}
        yield "SGD", dict(lr=0.05, l1=1e-3, l1_mode="cumulative")

    def test_saved_and_loaded_in_the_middle_gives_the_same_bits(self):
        for name, options in self.optimizers():
            with self.subTest(name, **options):
                whole = network()
                train(whole, getattr(curb.torch, name)(whole.parameters(), **options), 20)

                halves = network()
                first = getattr(curb.torch, name)(halves.parameters(), **options)
                train(halves, first, 9)
                saved = pickle.loads(pickle.dumps((first.state_dict(), halves.state_dict())))
                del first, halves
                resumed = network(seed=1)
                resumed.load_state_dict(saved[1])
                second = getattr(curb.torch, name)(resumed.parameters(), lr=7.0)
                second.load_state_dict(saved[0])
                train(resumed, second, 11)
                self.assertTrue(same_bits(whole, resumed))

    def test_saving_changes_nothing(self):
        models = network(), network()
        optimizers = [curb.torch.Adam(m.parameters(), l1=1e-3) for m in models]
        train(models[0], optimizers[0], 10)
        train(models[1], optimizers[1], 10, after_step=optimizers[1].state_dict)
        self.assertTrue(same_bits(*models))

    def test_a_copy_goes_its_own_way(self):
        model = network()
        optimizer = curb.torch.SGD(model.parameters(), lr=0.01, momentum=0.9, l1=1e-3)
        train(model, optimizer, 5)
        model_copy, optimizer_copy = copy.deepcopy((model, optimizer))
        train(model, optimizer, 5)
        self.assertFalse(same_bits(model, model_copy))
        train(model_copy, optimizer_copy, 5)
        self.assertTrue(same_bits(model, model_copy))

    def test_torchs_state_is_taken_over(self):
        for name, options in PAIRS:
            with self.subTest(name, **options):
                expected = network()
                theirs = getattr(torch.optim, name)(expected.parameters(), **options)
                train(expected, theirs, 10)
                found = copy.deepcopy(expected)
                ours = getattr(curb.torch, name)(found.parameters(), **options)
                ours.load_state_dict(copy.deepcopy(theirs.state_dict()))
                train(expected, theirs, 10)
                train(found, ours, 10)
                self.assertLessEqual(distance(expected, found), TOLERANCE)

    def test_autograd_notices_the_step(self):
        if not hasattr(torch.autograd.graph, "increment_version"):
            self.skipTest("this torch has no increment_version")
        p = torch.nn.Parameter(torch.ones(3))
        optimizer = curb.torch.SGD([p], lr=0.1)
        loss = (p * p).sum()
        loss.backward(retain_graph=True)
        optimizer.step()
        with self.assertRaisesRegex(RuntimeError, "modified by an inplace operation"):
            loss.backward()


if __name__ == "__main__":
    unittest.main()

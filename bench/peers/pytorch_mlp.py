#!/usr/bin/env python3
# Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
"""A dense network on MNIST as one would write it in PyTorch for speed: the data in one tensor, no
DataLoader, the fused optimiser where there is one, and the extra passes that L1 and max-norm need.
Prints the test accuracy."""

import inspect

import torch

import mlp


def main():
    args = mlp.arguments(__doc__)
    torch.set_num_threads(args.threads)
    torch.set_flush_denormal(True)
    torch.manual_seed(args.seed)
    images, labels, test_images, test_labels = map(torch.from_numpy, mlp.read_mnist(args.mnist))

    sizes = [images.shape[1], *args.hidden, 10]
    layers = []
    for fan_in, fan_out in zip(sizes, sizes[1:]):
        layers += [torch.nn.Linear(fan_in, fan_out), torch.nn.ReLU()]
    network = torch.nn.Sequential(*layers[:-1])
    weights = [p for p in network.parameters() if p.dim() > 1]
    biases = [p for p in network.parameters() if p.dim() == 1]
    for weight in weights:
        torch.nn.init.kaiming_normal_(weight)
    extra = {"fused": True} if "fused" in inspect.signature(torch.optim.SGD).parameters else {}
    optimizer = torch.optim.SGD([{"params": weights, "weight_decay": args.l2}, {"params": biases}],
                                lr=args.learning_rate, momentum=args.momentum, **extra)
    # Heavy ball multiplies the gradient's gain by 1 / (1 - momentum), and the threshold must follow.
    threshold = args.learning_rate * args.l1 / (1 - args.momentum)

    for _ in range(args.epochs):
        for batch in torch.randperm(len(images)).split(args.batch):
            loss = torch.nn.functional.cross_entropy(network(images[batch]), labels[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            with torch.no_grad():
                for weight in weights:
                    if threshold > 0:
                        weight.copy_(torch.nn.functional.softshrink(weight, threshold))
                    if args.max_norm < float("inf"):
                        weight.copy_(torch.renorm(weight, 2, 0, args.max_norm))
    with torch.no_grad():
        print((network(test_images).argmax(1) == test_labels).float().mean().item())


main()

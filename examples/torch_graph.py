#!/usr/bin/env python3
# Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
"""A whole iteration of training in PyTorch, curb's step included, captured into a CUDA graph and
replayed, with a learning rate that goes on changing. Exits with 77 without torch or a GPU."""

import sys

try:
    import torch
except ImportError:
    print("skipped: no torch here")
    sys.exit(77)
if not torch.cuda.is_available():
    print("skipped: no GPU")
    sys.exit(77)

import curb.torch  # noqa: E402  (after the question whether it is wanted)


def main():
    torch.manual_seed(0)
    model = torch.nn.Sequential(
        torch.nn.Linear(64, 256), torch.nn.ReLU(), torch.nn.Linear(256, 1)).cuda()
    x = torch.randn(512, 64, device="cuda")
    y = x[:, :1] - x[:, 1:2]
    optimizer = curb.torch.Adam(model.parameters(), lr=1e-2, l1=1e-3)

    def iterate():
        optimizer.zero_grad(set_to_none=True)
        loss = torch.nn.functional.mse_loss(model(x), y)
        loss.backward()
        optimizer.step()
        return loss

    stream = torch.cuda.Stream()
    stream.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(stream):
        for _ in range(3):  # builds the plan, which a capture cannot
            iterate()
    torch.cuda.current_stream().wait_stream(stream)

    graph = torch.cuda.CUDAGraph()
    optimizer.zero_grad(set_to_none=True)
    with torch.cuda.graph(graph):
        loss = iterate()
    for step in range(1000):
        optimizer.param_groups[0]["lr"] = 1e-2 * 0.995 ** step
        optimizer.update_settings()  # a replay runs no Python, so it is told
        graph.replay()

    zeros = (model[0].weight == 0).float().mean().item()
    steps = int(next(iter(optimizer.state_dict()["state"].values()))["filter"]["step"])
    print(f"{steps} steps, {zeros:.0%} of the first layer is exactly zero, loss {loss.item():.4f}")
    return 0 if steps == 1003 and zeros > 0.5 else 1


sys.exit(main())

#!/usr/bin/env python3
# Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
"""Training steps in PyTorch, with the data on the device: `eager`, as one writes them first, and
`compiled`, torch.compile with the whole step, its update included, in one CUDA graph. Exits with 77
where there is no PyTorch, or no device for it.

On the CPU, where this only shows that everything runs, `compiled` has neither Inductor nor a graph."""

import sys

import steps

try:
    import torch
except ImportError as error:
    print(f"torch_steps.py: {error}", file=sys.stderr)
    sys.exit(steps.NOT_INSTALLED)


class Training:
    def __init__(self, args):
        self.args = args
        torch.manual_seed(args.seed)
        images, labels = steps.read(args)
        self.images = torch.from_numpy(images).to(args.device)
        self.labels = torch.from_numpy(labels).long().to(args.device)
        sizes = [images.shape[1], *args.hidden, 10]
        layers = []
        for fan_in, fan_out in zip(sizes, sizes[1:]):
            layers += [torch.nn.Linear(fan_in, fan_out), torch.nn.ReLU()]
        self.network = torch.nn.Sequential(*layers[:-1]).to(args.device)
        self.weights = [p for p in self.network.parameters() if p.dim() > 1]
        biases = [p for p in self.network.parameters() if p.dim() == 1]
        for weight in self.weights:
            torch.nn.init.kaiming_normal_(weight)
        self.optimizer = torch.optim.SGD(
            [{"params": self.weights, "weight_decay": args.l2}, {"params": biases}],
            lr=args.learning_rate, momentum=args.momentum, fused=args.device == "cuda")
        self.batch = torch.zeros(args.batch, dtype=torch.long, device=args.device)
        self.step = self.eager_step
        if args.mode == "compiled":
            backend = "inductor" if args.device == "cuda" else "aot_eager"
            self.loss = torch.compile(self.loss, backend=backend)
            if args.device == "cuda":
                self.step = self.captured_step()

    def loss(self, index):
        with torch.autocast(self.args.device, torch.bfloat16, self.args.precision == "bf16"):
            outputs = self.network(self.images[index])
        return torch.nn.functional.cross_entropy(outputs.float(), self.labels[index])

    def eager_step(self):
        self.optimizer.zero_grad()
        self.loss(self.batch).backward()
        self.optimizer.step()
        with torch.no_grad():
            for weight in self.weights:
                if self.args.threshold > 0:
                    weight.copy_(torch.nn.functional.softshrink(weight, self.args.threshold))
                if self.args.max_norm < float("inf"):
                    weight.copy_(torch.renorm(weight, 2, 0, self.args.max_norm))

    def captured_step(self):
        side = torch.cuda.Stream()
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):
            for _ in range(3):
                self.eager_step()
        torch.cuda.current_stream().wait_stream(side)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            self.eager_step()
        return graph.replay

    def run_epoch(self):
        for index in torch.randperm(len(self.images), device=self.args.device).split(
                self.args.batch):
            self.batch.copy_(index)
            self.step()

    @torch.no_grad()
    def mean_loss(self):
        return torch.nn.functional.cross_entropy(self.network(self.images), self.labels)


def main():
    args = steps.arguments(__doc__, ["eager", "compiled"])
    if args.device == "cuda" and not torch.cuda.is_available():
        print("torch_steps.py: no CUDA device", file=sys.stderr)
        sys.exit(steps.NOT_INSTALLED)
    torch.backends.cuda.matmul.allow_tf32 = args.precision == "tf32"
    training = Training(args)
    wait = torch.cuda.synchronize if args.device == "cuda" else lambda: None
    steps.report(args, len(training.images), training.run_epoch, wait, training.mean_loss,
                 f"PyTorch {torch.__version__}")


main()

#!/usr/bin/env python3
# Copyright 2026 The curb authors. SPDX-License-Identifier: Apache-2.0
"""A dense network on MNIST by scikit-learn's MLPClassifier, which has L2 but neither L1 nor
max-norm: it does less work than the others. Prints the test accuracy."""

import warnings

from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

import mlp


def main():
    args = mlp.arguments(__doc__)
    images, labels, test_images, test_labels = mlp.read_mnist(args.mnist)
    # Its penalty is alpha / (2 B) w^2 for a batch of B.
    network = MLPClassifier(args.hidden, solver="sgd", alpha=args.l2 * args.batch,
                            batch_size=args.batch, learning_rate_init=args.learning_rate,
                            momentum=args.momentum, nesterovs_momentum=False,
                            max_iter=args.epochs, n_iter_no_change=args.epochs + 1,
                            random_state=args.seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        network.fit(images, labels)
    print(network.score(test_images, test_labels))


main()

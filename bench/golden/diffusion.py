"""Diffusion maps computed from the definition (Coifman and Lafon 2006) with numpy, for DiffusionMapTest. Argument: the file to write."""
import sys

import numpy as np


def distances(X):
    return np.sqrt(((X[:, None] - X[None]) ** 2).sum(-1))


def diffusion(X, k, bandwidth, alpha, time, dims):
    n = len(X)
    D = distances(X)
    order = np.argsort(D, axis=1, kind="stable")
    near = np.zeros((n, n), bool)
    for i in range(n):
        others = [j for j in order[i] if j != i][:k]
        near[i, others] = True
    near |= near.T
    if bandwidth == 0:
        last = [np.sort(np.delete(D[i], i))[k - 1] ** 2 for i in range(n)]
        bandwidth = np.sort(last)[n // 2]
    K = np.where(near, np.exp(-D ** 2 / bandwidth), 0)
    np.fill_diagonal(K, 1)
    q = K.sum(1)
    K = K / np.outer(q ** alpha, q ** alpha)
    P = K / K.sum(1, keepdims=True)
    values, vectors = np.linalg.eig(P)
    first = np.argsort(-values.real)[: dims + 1]
    values, vectors = values.real[first], vectors.real[:, first]
    pi = K.sum(1) / K.sum()
    vectors = vectors / np.sqrt((pi[:, None] * vectors ** 2).sum(0))
    vectors = vectors * np.sign(vectors[np.abs(vectors).argmax(0), np.arange(dims + 1)])
    return values[1:], values[1:] ** time * vectors[:, 1:]


rng = np.random.default_rng(8)
bent = rng.uniform(0, 1, (300, 2))
angle = 1.2 * np.pi * bent[:, 0] + 0.3
X = np.c_[angle * np.cos(angle), 2.2 * bent[:, 1], angle * np.sin(angle)].astype(np.float32).astype(np.float64)
with open(sys.argv[1], "w") as out:
    def write(name, rows):
        out.write(f"{name} {len(rows)} {len(rows[0])}\n")
        out.writelines(" ".join(f"{v:.9g}" for v in row) + "\n" for row in rows)
    write("points", X)
    # name: points, neighbours, bandwidth, alpha, time
    for name, n, k, bandwidth, alpha, time in [("whole", 120, 119, 0.5, 1, 1), ("density", 120, 119, 0.5, 0, 3), ("halved", 120, 119, 0.8, 0.5, 2),
                                               ("sparse", 300, 24, 0, 1, 1)]:
        values, places = diffusion(X[:n], k, bandwidth, alpha, time, 3)
        write(name + "_values", [values])
        write(name, places)

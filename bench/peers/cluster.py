"""Seconds of scikit-learn's k-means (k 50, one start) and HDBSCAN, beside ClusterSpeed. Arguments: kmeans|hdbscan POINTS.npy RUNS [ROWS]"""
import sys, time
import numpy as np
from sklearn.cluster import HDBSCAN, KMeans
which, path, runs = sys.argv[1], sys.argv[2], int(sys.argv[3])
X = np.load(path).astype("f4")[: int(sys.argv[4]) if len(sys.argv) > 4 else None]
for run in range(-1, runs):
    t = time.perf_counter()
    if which == "kmeans":
        m = KMeans(50, n_init=1, random_state=max(run, 0)).fit(X); said = f"inertia {m.inertia_:.6g} after {m.n_iter_} iterations"
    else:
        m = HDBSCAN(min_cluster_size=10, min_samples=5, copy=True).fit(X); said = f"{m.labels_.max() + 1} clusters, {(m.labels_ < 0).sum()} points of noise"
    if run >= 0: print(f"{which} {X.shape[0]} x {X.shape[1]}: {time.perf_counter() - t:.3f} s, {said}", flush=True)

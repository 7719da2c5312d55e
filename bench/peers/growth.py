"""Seconds and peak memory of what Python users take, beside GrowthSpeed; one piece of work a process.
Arguments: kmeans|umap|tsne|hdbscan|fast_hdbscan|knn|descent POINTS [THREADS]"""
import os, resource, sys, time
which, count, threads = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 2
for name in "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS": os.environ[name] = str(threads)
import numpy as np
random = np.random.default_rng(8)
points = random.normal(0, 3, (50, 50)).astype("f4")[np.arange(count) % 50]
spread = random.uniform(.3, 1, (count, 1)).astype("f4")
points += random.standard_normal((count, 50), dtype="f4") * spread

def work(X):
    if which == "kmeans":
        from sklearn.cluster import KMeans
        return f"inertia {KMeans(50, n_init=1, random_state=1).fit(X).inertia_:.5g}"
    if which == "umap":
        import umap
        return f"map of {len(umap.UMAP().fit_transform(X))}"
    if which == "tsne":
        from openTSNE import TSNE
        return f"KL {TSNE(perplexity=30, n_jobs=threads, random_state=1).fit(X).kl_divergence:.3f}"
    if which in ("hdbscan", "fast_hdbscan"):
        if which == "hdbscan":
            from sklearn.cluster import HDBSCAN
            labels = HDBSCAN(min_cluster_size=10, min_samples=5, copy=True).fit(X).labels_
        else:
            from fast_hdbscan import HDBSCAN
            labels = HDBSCAN(min_cluster_size=10, min_samples=5).fit(X).labels_
        return f"{labels.max() + 1} clusters, {(labels < 0).sum()} of none"
    if which == "knn":
        from sklearn.neighbors import NearestNeighbors
        distances = NearestNeighbors(n_neighbors=15, algorithm="brute", n_jobs=threads).fit(X).kneighbors()[0]
    else:
        from pynndescent import NNDescent
        distances = NNDescent(X, n_neighbors=16, random_state=1, n_jobs=threads).neighbor_graph[1]
    return f"15-th nearest at {distances[:, -1].mean():.4f} on average"

work(points[:500])
begun = time.perf_counter()
result = work(points)
print(f"peer {which} {count} x 50: {time.perf_counter() - begun:.2f} s, at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10} MB, {result}", flush=True)

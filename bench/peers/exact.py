"""Queries/s of faiss, exact, beside NeighbourSpeed: one query at a time on one thread, 500 at once on one and on all. Arguments: POINTS.npy RUNS THREADS"""
import sys
import time
import faiss
import numpy as np

path, runs, threads = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
all_points = np.load(path).astype("f4")
queries, points = np.ascontiguousarray(all_points[:500]), np.ascontiguousarray(all_points[500:])


def search(some):
    faiss.knn(some, points, 10, metric=faiss.METRIC_INNER_PRODUCT)


def one_at_a_time():
    for query in queries:
        search(query[None])


for run in range(-1, runs):
    for used, name, work in ((1, "one at a time", one_at_a_time), (1, "500 at once", lambda: search(queries)), (threads, "500 at once", lambda: search(queries))):
        faiss.omp_set_num_threads(used)
        begun = time.perf_counter()
        work()
        if run >= 0:
            print(f"faiss exact, {name}, {used} thread{'s' if used > 1 else ''}: {len(queries) / (time.perf_counter() - begun):.0f} queries/s", flush=True)

"""llama.cpp beside LengthSpeed: the same ids, the same lines. Arguments: GGUF LENGTHS(128,512) THREADS"""
import sys
import time
from llama_cpp import Llama

path, lengths, threads = sys.argv[1], [int(n) for n in sys.argv[2].split(",")], int(sys.argv[3])
model = Llama(path, n_ctx=max(lengths) + 64, n_threads=threads, n_threads_batch=threads, verbose=False)


def seconds(work):
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def prompt(length):
    model.reset()
    model.eval([i * 37 % 200 for i in range(length)])


def decode(count):
    for i in range(count):
        model.eval([i * 37 % 200])


prompt(32)
for length in lengths:
    print(f"prompt {length}: {length / min(seconds(lambda: prompt(length)) for _ in range(2)):.1f} tokens/s", flush=True)
prompt(64)
decode(4)
print(f"decode: {24 / min(seconds(lambda: decode(24)) for _ in range(2)):.1f} tokens/s")

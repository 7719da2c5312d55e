"""Writes the golden blocks of kernel's tests: for each packing a file of packed blocks and, behind them, their values.

    python blocks.py FOLDER

Needs the packages numpy and gguf, whose dequantize is the reference. Blocks: all zeros, all ones, random bytes, and
random bytes whose scales are negative, subnormal, zero, negative zero, the largest, infinite and NaN. Of Q8_K, which
the package can't unpack, ggml's definition (dequantize_row_q8_K: y = d * q in floats) is followed here.
"""

import sys
from pathlib import Path

import numpy as np
from gguf import GGMLQuantizationType, dequantize
from gguf.constants import GGML_QUANT_SIZES

# Where a block keeps its half-precision scales.
HALVES = {
    "F32": [], "F16": [0], "BF16": [0], "Q8_0": [0], "Q4_0": [0], "Q4_1": [0, 2], "Q5_0": [0], "Q5_1": [0, 2],
    "Q2_K": [80, 82], "Q3_K": [108], "Q4_K": [0, 2], "Q5_K": [0, 2], "Q6_K": [208], "Q8_K": [], "IQ4_NL": [0],
    "IQ4_XS": [0], "MXFP4": [],
}
SCALES = [0x2C01, 0xAC01, 0x0001, 0x8003, 0x0000, 0x8000, 0x7BFF, 0x7C00, 0x7E01]
# Exponents alone (MXFP4), and whole floats (Q8_K, F32).
EXPONENTS = [0, 1, 2, 3, 127, 253, 254, 255]
FLOATS = [1.25, -3e-3, 1e-41, -1e-45, 0.0, -0.0, 3e38, -np.inf, np.nan]


def blocks(name, rng):
    values, size = GGML_QUANT_SIZES[GGMLQuantizationType[name]]
    plain = [np.zeros(size, np.uint8), np.full(size, 255, np.uint8)]
    for _ in range(24 if values == 1 else 2):
        plain.append(rng.integers(0, 256, size, np.uint8))
    special = []

    def with_bytes(at, raw):
        block = rng.integers(0, 256, size, np.uint8)
        for place in at:
            block[place:place + len(raw)] = np.frombuffer(raw, np.uint8)
        special.append(block)

    if HALVES[name]:
        for scale in SCALES:
            with_bytes(HALVES[name], np.uint16(scale).tobytes())
        with_bytes(HALVES[name][:1], np.uint16(0x3555).tobytes())
    elif name == "MXFP4":
        for exponent in EXPONENTS:
            with_bytes([0], np.uint8(exponent).tobytes())
    else:
        for value in FLOATS:
            with_bytes([0], np.float32(value).tobytes())
    return np.stack(plain + special)


def unpacked(name, packed):
    if name == "Q8_K":
        d = packed[:, :4].copy().view(np.float32)
        return d * packed[:, 4:260].view(np.int8).astype(np.float32)
    return dequantize(packed, GGMLQuantizationType[name])


def main(folder):
    for seed, name in enumerate(HALVES):
        packed = blocks(name, np.random.default_rng(seed))
        with np.errstate(all="ignore"):
            values = unpacked(name, packed).astype("<f4")
        (folder / f"{name}.bin").write_bytes(packed.tobytes() + values.tobytes())


main(Path(sys.argv[1]))

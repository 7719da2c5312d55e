#!/usr/bin/env python3
"""What llama.cpp says comes next: logits behind ten prompts, of the model as it is packed and of the same dequantised.

    PEERS_PYTHON bench/gguf/next_tokens.py MODEL.gguf OUT.peer.safetensors
"""
import sys
import tempfile

import gguf
import llama_cpp
import numpy as np
from safetensors.numpy import save_file

PROMPTS = [
    "The capital of France is", "Once upon a time, there was a", "def fibonacci(n):\n    ", "Water boils at a temperature of",
    "The opposite of hot is", "Der schnelle braune Fuchs springt über den", "1, 2, 3, 4,", "To be, or not to be, that is the",
    "She opened the door and saw", "In 1969, the first human being set foot on the Moon. His name was Neil Armstrong, and he said: \"That's one",
]


def dequantised(model, path):
    """The same model with every weight as the 32-bit number that it stands for: llama.cpp rounds activations to 8 bits otherwise."""
    reader = gguf.GGUFReader(model)
    writer = gguf.GGUFWriter(path, reader.fields["general.architecture"].contents())
    for field in reader.fields.values():
        if field.name.startswith("GGUF.") or field.name == "general.architecture":
            continue
        inner = field.types[-1] if field.types[0] == gguf.GGUFValueType.ARRAY else None
        writer.add_key_value(field.name, field.contents(), field.types[0], sub_type=inner)
    for tensor in reader.tensors:
        values = gguf.quants.dequantize(tensor.data, tensor.tensor_type).astype(np.float32)
        writer.add_tensor(tensor.name, values.reshape(tensor.shape[::-1]))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def run(model, name, tensors):
    f32 = llama_cpp.GGML_TYPE_F32
    llama = llama_cpp.Llama(model, n_ctx=128, logits_all=True, type_k=f32, type_v=f32, flash_attn=False, n_threads=2, verbose=False)
    for number, prompt in enumerate(PROMPTS):
        ids = llama.tokenize(prompt.encode(), add_bos=True, special=False)
        llama.reset()
        llama.eval(ids)
        tensors[f"{number}.input_ids"] = np.array(ids, np.int32)
        tensors[f"{number}.{name}"] = np.array(llama.scores[len(ids) - 1], np.float32)
    llama.close()


def main(model, out):
    tensors = {}
    run(model, "packed", tensors)
    with tempfile.TemporaryDirectory() as folder:
        dequantised(model, folder + "/whole.gguf")
        run(folder + "/whole.gguf", "whole", tensors)
    save_file(tensors, out)


main(*sys.argv[1:])

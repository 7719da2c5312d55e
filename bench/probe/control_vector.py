"""Checks that llama.cpp applies a control vector as this program steers: the next token's logits with the vector added to the outputs
of a range of blocks, compared between llama.cpp and 'latent'. Arguments: MODEL.gguf VECTOR.gguf FIRST LAST SCALE TEXT

Prints the ids of the greedy continuation, plain and steered, as llama.cpp has them. Compare with
  latent generate --prompt TEXT --max-tokens 12 --add VECTOR.gguf:SCALE@FIRST-LAST --json
"""
import ctypes, sys
import numpy as np, llama_cpp
from gguf import GGUFReader

model, vector, first, last, scale, text = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), float(sys.argv[5]), sys.argv[6]
llm = llama_cpp.Llama(model, n_ctx=256, n_threads=2, logits_all=False, verbose=False)
width, layers = llm.n_embd(), llama_cpp.llama_model_n_layer(llm.model)
data = np.zeros((layers - 1, width), np.float32)             # row k - 1 is for block k: llama.cpp has none for block 0
for tensor in GGUFReader(vector).tensors:
    data[int(tensor.name.split(".")[1]) - 1] = np.array(tensor.data) * scale

def greedy(n=12):
    llm.reset(); llm.eval(llm.tokenize(text.encode(), add_bos=False)); ids = []
    for _ in range(n):
        logits = np.ctypeslib.as_array(llama_cpp.llama_get_logits_ith(llm.ctx, -1), (llm.n_vocab(),))
        ids.append(int(logits.argmax())); llm.eval([ids[-1]])
    return ids

print("plain  ", greedy())
apply = getattr(llama_cpp, "llama_apply_adapter_cvec", None) or getattr(llama_cpp, "llama_set_adapter_cvec")
flat = np.ascontiguousarray(data.ravel())
assert apply(llm.ctx, flat.ctypes.data_as(ctypes.POINTER(ctypes.c_float)), flat.size, width, first, last) == 0
print("steered", greedy())

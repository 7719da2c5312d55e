"""Writes a GGUF of random weights in the shape of Llama 3.2 1B, to time what no small model shows.

Arguments: FILE Q4_0|Q8_0. Needs the gguf package. The vocabulary is bytes and fillers: only ids are fed to it.
"""
import sys
import numpy as np
import gguf

path, kind = sys.argv[1], gguf.GGMLQuantizationType[sys.argv[2]]
width, inner, layers, heads, kv_heads, head, vocabulary = 2048, 8192, 16, 32, 8, 64, 128256
random = np.random.default_rng(1)
writer = gguf.GGUFWriter(path, "llama")
writer.add_name("random weights in the shape of Llama 3.2 1B")
writer.add_context_length(131072)
writer.add_embedding_length(width)
writer.add_block_count(layers)
writer.add_feed_forward_length(inner)
writer.add_head_count(heads)
writer.add_head_count_kv(kv_heads)
writer.add_rope_dimension_count(head)
writer.add_rope_freq_base(500000.0)
writer.add_layer_norm_rms_eps(1e-5)
writer.add_vocab_size(vocabulary)
writer.add_file_type(gguf.LlamaFileType["MOSTLY_" + kind.name])


def byte_names():
    """The printable character that byte-level BPE writes for each byte."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = iter(range(256, 512))
    return [chr(b if b in printable else next(others)) for b in range(256)]


tokens = byte_names() + [f"<|filler_{i}|>" for i in range(vocabulary - 256)]
writer.add_tokenizer_model("gpt2")
writer.add_tokenizer_pre("llama-bpe")
writer.add_token_list(tokens)
writer.add_token_types([1] * 256 + [3] * (vocabulary - 256))
writer.add_token_merges([tokens[ord("t")] + " " + tokens[ord("h")]])
writer.add_bos_token_id(256)
writer.add_eos_token_id(257)


def matrix(name, rows, columns):
    """Random weights, packed; a block of rows repeated, since what they are doesn't matter to the time."""
    some = random.standard_normal((min(rows, 256), columns), dtype=np.float32) * columns**-0.5
    packed = gguf.quants.quantize(some, kind)
    writer.add_tensor(name, np.tile(packed, (rows // len(some), 1)), raw_dtype=kind)


matrix("token_embd.weight", vocabulary, width)
writer.add_tensor("output_norm.weight", np.ones(width, np.float32))
for layer in range(layers):
    for name, rows, columns in (
        ("attn_q", heads * head, width), ("attn_k", kv_heads * head, width), ("attn_v", kv_heads * head, width),
        ("attn_output", width, heads * head), ("ffn_gate", inner, width), ("ffn_up", inner, width), ("ffn_down", width, inner),
    ):
        matrix(f"blk.{layer}.{name}.weight", rows, columns)
    for name in ("attn_norm", "ffn_norm"):
        writer.add_tensor(f"blk.{layer}.{name}.weight", np.ones(width, np.float32))
writer.write_header_to_file()
writer.write_kv_data_to_file()
writer.write_tensors_to_file()
writer.close()

#!/usr/bin/env python3
"""Writes tiny Hugging Face models as GGUF, in llama.cpp's conventions, and what llama.cpp computes of them.

    PEERS_PYTHON bench/gguf/write_tiny.py FOLDER_OF_MODELS OUT [NAME...]

FOLDER_OF_MODELS/NAME/ holds config.json, model.safetensors and expected.safetensors (whose `0.input_ids` are run). Writes
OUT/NAME.gguf and, where llama.cpp takes it, OUT/NAME.peer.safetensors with `0.logits` or, of encoders, `0.states`.
"""
import json
import math
import pathlib
import sys

import gguf
import llama_cpp
import numpy as np
from safetensors.numpy import load_file, save_file

ARCHITECTURES = {"llama": "llama", "mistral": "llama", "qwen2": "qwen2", "qwen3": "qwen3", "gemma2": "gemma2",
                 "gemma3_text": "gemma3", "phi": "phi2", "phi3": "phi3", "gpt_neox": "gptneox", "olmo2": "olmo2",
                 "smollm3": "smollm3", "granite": "granite", "gpt2": "gpt2", "bert": "bert", "roberta": "bert", "modernbert": "modern-bert"}
ENCODERS = ("bert", "modern-bert")


def first(config, *keys):
    return next((config[k] for k in keys if config.get(k) is not None), None)


def rope(config):
    """The parameters of layers without a window and of those with one."""
    old = {"rope_theta": config.get("rotary_emb_base"), "partial_rotary_factor": config.get("rotary_pct", 1)}
    found = config.get("rope_parameters") or old
    if "full_attention" in found:
        return found["full_attention"], found["sliding_attention"]
    return found, found


def permuted(weight, heads):
    """Value i and i + half of a head become neighbours."""
    shape = weight.shape
    return weight.reshape(heads, 2, shape[0] // heads // 2, *shape[1:]).swapaxes(1, 2).reshape(shape)


def settings(writer, config, arch):
    heads = first(config, "num_attention_heads", "n_head")
    width = first(config, "hidden_size", "n_embd")
    head = first(config, "head_dim") or width // heads
    padding = config["pad_token_id"] + 1 if config["model_type"] == "roberta" else 0
    writer.add_context_length(first(config, "max_position_embeddings", "n_positions") - padding)
    writer.add_embedding_length(width)
    writer.add_block_count(first(config, "num_hidden_layers", "n_layer"))
    writer.add_feed_forward_length(first(config, "intermediate_size", "n_inner") or 4 * width)
    writer.add_head_count(heads)
    writer.add_head_count_kv(first(config, "num_key_value_heads") or heads)
    writer.add_vocab_size(config["vocab_size"])
    if "head_dim" in config:
        writer.add_key_length(head)
        writer.add_value_length(head)
    if "rms_norm_eps" in config:
        writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
    else:
        writer.add_layer_norm_eps(first(config, "layer_norm_eps", "layer_norm_epsilon", "norm_eps"))
    plain, local = rope(config)
    if arch not in ("gpt2", "bert"):
        writer.add_rope_dimension_count(int(head * plain.get("partial_rotary_factor", 1)))
        writer.add_rope_freq_base(plain["rope_theta"])
    if local is not plain:
        writer.add_float32(f"{arch}.rope.freq_base_swa", local["rope_theta"])
    if plain.get("rope_type") in ("linear", "yarn"):
        writer.add_rope_scaling_type(gguf.RopeScalingType(plain["rope_type"]))
        writer.add_rope_scaling_factor(plain["factor"])
        if "original_max_position_embeddings" in plain:
            writer.add_rope_scaling_orig_ctx_len(plain["original_max_position_embeddings"])
        if "attention_factor" in plain: # what llama.cpp multiplies its own with
            writer.add_rope_scaling_attn_factors(plain["attention_factor"] / (1 + 0.1 * math.log(plain["factor"])))
        if "beta_fast" in plain:
            writer.add_float32(f"{arch}.rope.scaling.yarn_beta_fast", plain["beta_fast"])
    if config["model_type"] in ("gemma2", "gemma3_text", "phi3") and config.get("sliding_window"):
        writer.add_sliding_window(config["sliding_window"])
    if arch == "modern-bert":
        writer.add_sliding_window(config["local_attention"])
        writer.add_uint32("modern-bert.attention.sliding_window_pattern", config["global_attn_every_n_layers"])
    if config.get("attn_logit_softcapping"):
        writer.add_attn_logit_softcapping(config["attn_logit_softcapping"])
        writer.add_final_logit_softcapping(config["final_logit_softcapping"])
    if arch == "gptneox":
        writer.add_parallel_residual(config["use_parallel_residual"])
    if arch == "granite":
        writer.add_embedding_scale(config["embedding_multiplier"])
        writer.add_attention_scale(config["attention_multiplier"])
        writer.add_residual_scale(config["residual_multiplier"])
        writer.add_logit_scale(config["logits_scaling"])
    if arch in ENCODERS:
        writer.add_causal_attention(False)
        writer.add_pooling_type(gguf.PoolingType.NONE)
    if arch == "bert":
        writer.add_token_type_count(config["type_vocab_size"])
    writer.add_tokenizer_model("none")


def divisors(writer, config):
    plain, _ = rope(config)
    heads, width = config.get("num_attention_heads", 1), config.get("hidden_size", 0)
    head = config.get("head_dim") or width // heads
    if plain.get("rope_type") == "llama3":
        waves = 2 * math.pi * plain["rope_theta"] ** (np.arange(0, head, 2) / head)
        context, low, high = (plain[k] for k in ("original_max_position_embeddings", "low_freq_factor", "high_freq_factor"))
        smooth = (context / waves - low) / (high - low)
        blend = np.where(waves < context / high, 1, np.where(
            waves > context / low, plain["factor"], 1 / ((1 - smooth) / plain["factor"] + smooth)))
        writer.add_tensor("rope_freqs.weight", blend.astype(np.float32))
    if plain.get("rope_type") == "longrope":
        context = config["original_max_position_embeddings"]
        scale = config["max_position_embeddings"] / context
        writer.add_rope_scaling_orig_ctx_len(context)
        writer.add_rope_scaling_attn_factors(math.sqrt(1 + math.log(scale) / math.log(context)) if scale > 1 else 1.0)
        writer.add_tensor("rope_factors_long.weight", np.array(plain["long_factor"], np.float32))
        writer.add_tensor("rope_factors_short.weight", np.array(plain["short_factor"], np.float32))


def converted(name, weight, config, arch):
    """A tensor as llama.cpp's conversion lays it."""
    kind, heads = config["model_type"], first(config, "num_attention_heads", "n_head")
    if arch in ("llama", "smollm3", "granite") and (".q_proj." in name or ".k_proj." in name):
        return permuted(weight, heads if ".q_proj." in name else config["num_key_value_heads"])
    if kind.startswith("gemma") and name.endswith("norm.weight"):
        return weight + 1
    if kind == "gpt2" and ".c_" in name and weight.ndim == 2:
        return weight.T
    if kind == "gpt_neox" and ".query_key_value." in name:
        head = config["hidden_size"] // heads
        return weight.reshape(heads, 3, head, *weight.shape[1:]).swapaxes(0, 1).reshape(weight.shape)
    if kind == "roberta" and "position_embeddings" in name:
        return weight[config["pad_token_id"] + 1:]
    return weight


def write(folder, path):
    config = json.loads((folder / "config.json").read_text())
    arch = ARCHITECTURES[config["model_type"]]
    number = next(a for a, n in gguf.MODEL_ARCH_NAMES.items() if n == arch)
    writer = gguf.GGUFWriter(path, arch)
    writer.add_name(folder.name)
    settings(writer, config, arch)
    divisors(writer, config)
    names = gguf.get_tensor_name_map(number, first(config, "num_hidden_layers", "n_layer"))
    for name, weight in load_file(folder / "model.safetensors").items():
        if name.startswith("pooler."):
            continue
        to = names.get_name(name, try_suffixes=(".weight", ".bias"))
        if to is None:
            raise SystemExit(f"{folder.name}: no name for {name}")
        writer.add_tensor(to, np.ascontiguousarray(converted(name, weight, config, arch)))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return arch


def peer(path, ids, encoder):
    f32 = llama_cpp.GGML_TYPE_F32
    llama = llama_cpp.Llama(str(path), n_ctx=len(ids), n_batch=512, n_ubatch=512, logits_all=not encoder, embedding=encoder,
                            type_k=f32, type_v=f32, flash_attn=False, n_threads=2, verbose=False,
                            pooling_type=llama_cpp.LLAMA_POOLING_TYPE_NONE)
    if not encoder:
        llama.eval(ids)
        return {"0.logits": np.array(llama.scores[:len(ids)], np.float32)}
    llama._batch.set_batch(batch=ids, n_past=0, logits_all=True)
    llama._ctx.decode(llama._batch)
    width = llama.n_embd()
    rows = [np.ctypeslib.as_array(llama_cpp.llama_get_embeddings_ith(llama.ctx, i), (width,)).copy() for i in range(len(ids))]
    return {"0.states": np.stack(rows).astype(np.float32)}


def main(models, out, *chosen):
    out = pathlib.Path(out)
    out.mkdir(parents=True, exist_ok=True)
    for folder in sorted(pathlib.Path(models).iterdir()):
        if chosen and folder.name not in chosen:
            continue
        path = out / f"{folder.name}.gguf"
        arch = write(folder, path)
        ids = load_file(folder / "expected.safetensors")["0.input_ids"].astype(np.int32)
        try:
            save_file(peer(path, ids.tolist(), arch in ENCODERS), out / f"{folder.name}.peer.safetensors")
            print(folder.name, "written, run by llama.cpp")
        except Exception as error:
            print(folder.name, "written, not run by llama.cpp:", error)


main(*sys.argv[1:])

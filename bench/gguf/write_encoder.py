#!/usr/bin/env python3
"""Writes a Hugging Face BERT or nomic-bert folder as GGUF with its tokenizer and pooling, in llama.cpp's conventions.

    PEERS_PYTHON bench/gguf/write_encoder.py FOLDER OUT.gguf [mean|cls|last] [f32|f16|q8_0]
"""
import json
import pathlib
import sys

import gguf
import numpy as np
from safetensors.numpy import load_file


def main(folder, out, pooling="mean", kind="f32"):
    folder = pathlib.Path(folder)
    config = json.loads((folder / "config.json").read_text())
    arch = {"bert": "bert", "nomic_bert": "nomic-bert"}[config["model_type"]]
    writer = gguf.GGUFWriter(out, arch)
    writer.add_name(folder.name)
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(config["num_attention_heads"])
    writer.add_layer_norm_eps(config["layer_norm_eps"])
    writer.add_causal_attention(False)
    writer.add_pooling_type(gguf.PoolingType[pooling.upper()])
    if arch == "nomic-bert":
        writer.add_rope_freq_base(config["rope_parameters"]["rope_theta"])

    # WordPiece: what begins a word has a mark, what goes on with one has none
    tokens = (folder / "vocab.txt").read_text(encoding="utf-8").splitlines()
    special = {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"}
    writer.add_tokenizer_model("bert")
    writer.add_tokenizer_pre("default")
    writer.add_token_list([t if t in special else t[2:] if t.startswith("##") else "\u2581" + t for t in tokens])
    writer.add_token_types([gguf.TokenType.CONTROL if t in special else gguf.TokenType.NORMAL for t in tokens])
    writer.add_token_type_count(config["type_vocab_size"])
    for name, add in (("[CLS]", writer.add_bos_token_id), ("[SEP]", writer.add_sep_token_id), ("[PAD]", writer.add_pad_token_id),
                      ("[UNK]", writer.add_unk_token_id), ("[MASK]", writer.add_mask_token_id)):
        add(tokens.index(name))
    writer.add_uint32("tokenizer.ggml.cls_token_id", tokens.index("[CLS]"))

    names = gguf.get_tensor_name_map(gguf.MODEL_ARCH.BERT if arch == "bert" else gguf.MODEL_ARCH.NOMIC_BERT, config["num_hidden_layers"])
    for name, tensor in load_file(folder / "model.safetensors").items():
        name = name.removeprefix("bert.")
        if name.startswith(("pooler.", "embeddings.position_ids")):
            continue
        new = names.get_name(name, try_suffixes=(".weight", ".bias"))
        assert new, name
        tensor = tensor.astype(np.float32)
        if kind != "f32" and tensor.ndim == 2 and not new.startswith(("position_embd", "token_types")):
            quantised = gguf.quants.quantize(tensor, gguf.GGMLQuantizationType[kind.upper()])
            writer.add_tensor(new, quantised, raw_dtype=gguf.GGMLQuantizationType[kind.upper()])
        else:
            writer.add_tensor(new, tensor)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


main(*sys.argv[1:])

#!/usr/bin/env python3
"""Makes the smallest models of the tests: random weights in odd shapes, and what transformers computes of them.

    PEERS_PYTHON bench/golden/tiny_models.py model/src/test/resources/tiny [NAME…]

Writes NAME/config.json, NAME/model.safetensors and NAME/expected.safetensors. Configurations are written as transformers 4
wrote them where `old` says so; the expected states are those of the folder as it lies there, opened anew.
"""
import json
import pathlib
import sys

import torch
import transformers
from safetensors.torch import load_file, save_file
from transformers import AutoConfig, AutoModel, AutoModelForCausalLM

BASE = dict(vocab_size=40, hidden_size=16, intermediate_size=24, num_hidden_layers=3, num_attention_heads=4,
            num_key_value_heads=2, max_position_embeddings=64, pad_token_id=0, bos_token_id=1, eos_token_id=2)
ROPE = dict(rope_type="default", rope_theta=10000.0)

# name: (model_type, settings, keys of transformers 4 that replace those of 5)
MODELS = {
    "llama-dynamic": ("llama", dict(attention_bias=True, mlp_bias=True, max_position_embeddings=8,
                                    rope_parameters=dict(ROPE, rope_type="dynamic", factor=2.0)), None),
    "qwen2-old": ("qwen2", dict(use_sliding_window=True, sliding_window=4, max_window_layers=1),
                  dict(rope_theta=1000000.0, rope_scaling=dict(type="yarn", factor=4.0, original_max_position_embeddings=16))),
    "qwen3-yarn": ("qwen3", dict(head_dim=6, rope_parameters=dict(
        ROPE, rope_type="yarn", factor=4.0, original_max_position_embeddings=16, attention_factor=1.2, beta_fast=16)), None),
    "gemma2-old": ("gemma2", dict(head_dim=8, query_pre_attn_scalar=5, sliding_window=4), dict(rope_theta=5000.0)),
    "gemma3-seeing": ("gemma3_text", dict(head_dim=8, query_pre_attn_scalar=5, sliding_window=4, num_hidden_layers=4),
                      dict(rope_theta=50000.0, rope_local_base_freq=2000.0, sliding_window_pattern=3,
                           rope_scaling=dict(rope_type="linear", factor=8.0))),
    "phi-old": ("phi", dict(num_key_value_heads=4), dict(rope_theta=10000.0, partial_rotary_factor=0.5)),
    "phi3-longrope": ("phi3", dict(original_max_position_embeddings=8, rope_parameters=dict(
        ROPE, rope_type="longrope", short_factor=[1.0, 1.1], long_factor=[1.5, 4.0])), None),
    "gpt_neox-serial": ("gpt_neox", dict(use_parallel_residual=False), dict(rotary_pct=0.5, rotary_emb_base=10000)),
    "olmo2": ("olmo2", dict(rope_parameters=ROPE), None),
    "olmo3": ("olmo3", dict(sliding_window=4, num_hidden_layers=4), dict(rope_theta=500000.0, rope_scaling=dict(
        rope_type="yarn", factor=4.0, original_max_position_embeddings=16, attention_factor=1.2))),
    "granite": ("granite", dict(embedding_multiplier=3.0, attention_multiplier=0.3, residual_multiplier=0.4, logits_scaling=2.5,
                                rope_parameters=ROPE), None),
    "smollm3": ("smollm3", dict(no_rope_layers=None, no_rope_layer_interval=2, rope_parameters=ROPE), None),
    "bert": ("bert", dict(type_vocab_size=2), None),
    "roberta": ("roberta", dict(type_vocab_size=1, pad_token_id=1, bos_token_id=0), None),
    "modernbert": ("modernbert", dict(local_attention=6, global_attn_every_n_layers=2), dict(
        global_rope_theta=50000.0, local_rope_theta=2000.0)),
    "mpnet": ("mpnet", dict(pad_token_id=1, bos_token_id=0), None),
    "nomic_bert": ("nomic_bert", dict(type_vocab_size=2, rope_parameters=dict(ROPE, rope_theta=1000.0)), None),
}
ENCODERS = {"bert", "roberta", "modernbert", "mpnet", "nomic_bert"}
LENGTHS = {"mpnet": (40, 1, 6)}  # far enough for distances that share a bucket


def write(folder, model_type, settings, old):
    settings = {**BASE, **settings}
    if model_type in ENCODERS | {"gpt_neox"}:
        settings.pop("num_key_value_heads")
    config = AutoConfig.for_model(model_type, **settings)
    config.dtype = "float32"
    kind = AutoModel if model_type in ENCODERS else AutoModelForCausalLM
    model = kind.from_config(config, attn_implementation="eager")
    with torch.no_grad():
        for name, weight in model.named_parameters():
            spread = 0.3 if weight.dim() > 1 else 0.2
            norm = "norm" in name.lower() and name.endswith("weight") and not model_type.startswith("gemma")
            weight.copy_(torch.randn_like(weight) * spread + (1 if norm and weight.dim() == 1 else 0))
    model.save_pretrained(folder)
    for other in folder.glob("generation_config.json"):
        other.unlink()
    saved = json.loads((folder / "config.json").read_text())
    if old is not None:
        for key in ("rope_parameters", "layer_types", "dtype", "_sliding_window_pattern"):
            saved.pop(key, None)
        saved.update(old, torch_dtype="float32", transformers_version="4.40.0")
    (folder / "config.json").write_text(json.dumps(saved, indent=1) + "\n")
    return kind


def blocks(model):
    for path in ("model.layers", "gpt_neox.layers", "encoder.layer", "layers"):
        found = model
        for part in path.split("."):
            found = getattr(found, part, None)
        if found is not None:
            return found
    raise SystemExit("no blocks in " + type(model).__name__)


def expected(folder, kind, encoder):
    model = kind.from_pretrained(folder, attn_implementation="eager", dtype=torch.float32).eval()
    generator = torch.Generator().manual_seed(7)
    states = {}
    for number, length in enumerate(LENGTHS.get(folder.name, (13, 1, 6))):
        ids = torch.randint(3, BASE["vocab_size"], (1, length), generator=generator)
        states[f"{number}.input_ids"] = ids[0].to(torch.int32)
        hooks = [block.register_forward_hook(
            lambda _, __, out, k=k: states.__setitem__(
                f"{number}.resid_post.{k}", (out[0] if isinstance(out, tuple) else out)[0].clone()))
            for k, block in enumerate(blocks(model))]
        with torch.no_grad():
            out = model(ids, output_attentions=True, output_hidden_states=True, **({} if encoder else {"use_cache": False}))
        for hook in hooks:
            hook.remove()
        states[f"{number}.embed"] = out.hidden_states[0][0].clone()
        if number == 0:
            for k, pattern in enumerate(out.attentions):
                states[f"0.attn_pattern.{k}"] = pattern[0].clone()
        if not encoder:
            states[f"{number}.logits"] = out.logits[0].clone()
    save_file({k: v.contiguous() for k, v in states.items()}, folder / "expected.safetensors")


def as_seeing(folder):
    """The same model as one that sees holds it: its configuration within another, its tensors behind a prefix."""
    inner = json.loads((folder / "config.json").read_text())
    outer = dict(architectures=["Gemma3ForConditionalGeneration"], model_type="gemma3", text_config=inner)
    for key in ("tie_word_embeddings", "hidden_activation", "rms_norm_eps"): # transformers' defaults aren't written there
        inner.pop(key, None)
    (folder / "config.json").write_text(json.dumps(outer, indent=1) + "\n")
    tensors = load_file(folder / "model.safetensors")
    save_file({"language_model." + k: v for k, v in tensors.items()}, folder / "model.safetensors")


def main(out, *names):
    transformers.logging.set_verbosity_error()
    for name, (model_type, settings, old) in MODELS.items():
        if names and name not in names:
            continue
        torch.manual_seed(sum(name.encode()))
        folder = pathlib.Path(out) / name
        folder.mkdir(parents=True, exist_ok=True)
        expected(folder, write(folder, model_type, settings, old), model_type in ENCODERS)
        if name == "gemma3-seeing":
            as_seeing(folder)
        print(name, sum(f.stat().st_size for f in folder.iterdir()))


main(*sys.argv[1:])

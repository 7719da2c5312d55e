#!/usr/bin/env python3
"""Makes the smallest sentence encoders of the tests: random weights, a vocabulary of letters, and what sentence-transformers computes.

    PEERS_PYTHON bench/golden/encoders.py model/src/test/resources/encoders

Writes NAME/ as sentence-transformers saves it, NAME/expected.safetensors with `vectors` of the texts in texts.json.
"""
import json
import pathlib
import shutil
import string
import sys
import tempfile

import torch
import transformers
from safetensors.torch import save_file
from sentence_transformers import SentenceTransformer
from sentence_transformers.models import Dense, Normalize, Pooling, Transformer
from transformers import AutoConfig, AutoModel, BertTokenizerFast

TEXTS = ["the cat sat", "A dog, a hat: the end.", "", "x", "the " * 60, "lowercase IS the rule", "query text"]
BASE = dict(hidden_size=16, intermediate_size=24, num_hidden_layers=2, num_attention_heads=4, max_position_embeddings=48)
VOCABULARY = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "cat", "##t", "query", "text", ":", ",", "."] + [
    mark + c for c in string.ascii_letters for mark in ("", "##")]
VOCABULARY = list(dict.fromkeys(VOCABULARY))
PROMPTS = dict(prompts={"query": "query: ", "passage": "text: "})

# name: (model type, settings, modules behind the transformer, the rest)
ENCODERS = {
    "cls-dense": ("bert", {}, lambda w: [Pooling(w, "cls"), Dense(w, 12), Normalize()], {}),
    "max-gelu": ("bert", {}, lambda w: [Pooling(w, "max"), Dense(w, 10, bias=False, activation_function=torch.nn.GELU())], {}),
    "many": ("bert", {}, lambda w: [Pooling(w, ("mean", "weightedmean", "mean_sqrt_len_tokens", "lasttoken", "max", "cls"))], {}),
    "prompts": ("bert", {}, lambda w: [Pooling(w, "mean"), Normalize()], dict(PROMPTS, default_prompt_name="passage")),
    "prompt-left-out": ("bert", {}, lambda w: [Pooling(w, "mean", include_prompt=False)], dict(PROMPTS, default_prompt_name="query")),
    "lower-case": ("bert", {}, lambda w: [Pooling(w, "mean")], dict(lower=True)),
    "mpnet": ("mpnet", dict(pad_token_id=1), lambda w: [Pooling(w, "mean"), Normalize()], {}),
    "modernbert": ("modernbert", dict(local_attention=8, pad_token_id=0, cls_token_id=2, sep_token_id=3, bos_token_id=2, eos_token_id=3),
                   lambda w: [Pooling(w, "cls"), Normalize()], {}),
    "nomic": ("nomic_bert", {}, lambda w: [Pooling(w, "mean"), Normalize()], {}),
    "qwen3": ("qwen3", dict(num_key_value_heads=2, head_dim=4), lambda w: [Pooling(w, "lasttoken"), Normalize()],
              dict(prompts={"query": "query: ", "document": ""})),
}


def make(out, work, name, kind, settings, modules, rest):
    torch.manual_seed(sum(name.encode()))
    model = AutoModel.from_config(AutoConfig.for_model(kind, vocab_size=len(VOCABULARY), **{**BASE, **settings}))
    with torch.no_grad():
        for weight in model.parameters():
            weight.copy_(torch.randn_like(weight) * 0.3) if weight.dim() > 1 else weight.add_(torch.randn_like(weight) * 0.1)
    raw = work / name
    model.save_pretrained(raw)
    (raw / "vocab.txt").write_text("\n".join(VOCABULARY) + "\n")
    BertTokenizerFast(vocab={t: i for i, t in enumerate(VOCABULARY)}, do_lower_case=False).save_pretrained(raw)
    transformer = Transformer(str(raw), max_seq_length=32, do_lower_case=rest.pop("lower", False))
    encoder = SentenceTransformer(modules=[transformer] + modules(BASE["hidden_size"]), device="cpu", **rest)
    folder = out / name
    shutil.rmtree(folder, ignore_errors=True)
    encoder.save(str(folder))
    (folder / "README.md").unlink()
    if name == "lower-case": # as sentence-transformers wrote it before version 5
        (folder / "sentence_bert_config.json").write_text(json.dumps({"max_seq_length": 32, "do_lower_case": True}))
        shutil.copy(raw / "tokenizer.json", folder / "tokenizer.json")
    again = SentenceTransformer(str(folder), device="cpu")
    save_file({"vectors": torch.tensor(again.encode(TEXTS, batch_size=1)).contiguous()}, folder / "expected.safetensors")


def main(out):
    transformers.logging.set_verbosity_error()
    out = pathlib.Path(out)
    out.mkdir(parents=True, exist_ok=True)
    (out / "texts.json").write_text(json.dumps(TEXTS) + "\n")
    with tempfile.TemporaryDirectory() as work:
        for name, of in ENCODERS.items():
            make(out, pathlib.Path(work), name, *of)
            print(name, sum(f.stat().st_size for f in (out / name).rglob("*") if f.is_file()))


main(sys.argv[1])

#!/usr/bin/env python3
"""Makes the smallest tables of token vectors of the tests: random vectors, a vocabulary of letters, and what Model2Vec and sentence-transformers
compute of them.

    pip install model2vec==0.10.0
    PEERS_PYTHON bench/golden/tables.py model/src/test/resources/tables

Writes NAME/ as its library saves it, NAME/expected.safetensors with `vectors` of the texts in texts.json.
"""
import json
import pathlib
import shutil
import string
import sys

import numpy as np
from model2vec import StaticModel
from safetensors.numpy import save_file
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Normalize, StaticEmbedding
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

TEXTS = ["the cat sat", "A dog, a hat: the end.", "", "x", "the " * 60, "lowercase IS the rule", "a \u00e9 cat", "\u00e9"]
VOCABULARY = ["[PAD]", "[UNK]", "the", "cat", "##t", ":", ",", "."] + [mark + c for c in string.ascii_lowercase for mark in ("", "##")]
VOCABULARY = list(dict.fromkeys(VOCABULARY))
WIDTH = 6


def tokenizer():
    made = Tokenizer(models.WordPiece({t: i for i, t in enumerate(VOCABULARY)}, unk_token="[UNK]"))
    made.normalizer = normalizers.Lowercase()
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    return made


def main(out):
    out = pathlib.Path(out)
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    (out / "texts.json").write_text(json.dumps(TEXTS) + "\n")
    random = np.random.default_rng(7)
    vectors = random.standard_normal((len(VOCABULARY), WIDTH)).astype(np.float32)
    rows = random.integers(0, 20, len(VOCABULARY))
    weights = random.random(len(VOCABULARY)).astype(np.float32)
    tables = {
        "model2vec": StaticModel(vectors, tokenizer(), {"model_type": "model2vec"}, normalize=True),
        "model2vec-shared": StaticModel(vectors[:20], tokenizer(), weights=weights, token_mapping=rows, max_length=16),
    }
    for name, table in tables.items():
        table.save_pretrained(str(out / name))
        again = StaticModel.from_pretrained(str(out / name))
        save_file({"vectors": again.encode(TEXTS).astype(np.float32)}, out / name / "expected.safetensors")
    static = SentenceTransformer(modules=[StaticEmbedding(tokenizer(), embedding_weights=vectors), Normalize()], device="cpu")
    static.save(str(out / "static-embedding"))
    again = SentenceTransformer(str(out / "static-embedding"), device="cpu")
    save_file({"vectors": again.encode(TEXTS)}, out / "static-embedding" / "expected.safetensors")
    for readme in out.rglob("README.md"):
        readme.unlink()


main(sys.argv[1])

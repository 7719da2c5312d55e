"""Seconds that transformers and scikit-learn take for probes at every site: capture the states of words, then fit
LogisticRegression at each site on four fifths of the sentences and test on the rest. Arguments: CONLLU WORDS [FEATURE].

Settings are those of ProbeSpeed: C 1, tolerance 1e-4, standardised by the part that is fitted on, the last token of a word.
"""
import os, pathlib, sys, tempfile, time
os.environ.setdefault("HF_HUB_OFFLINE", "1")
threads = int(os.environ.get("THREADS", "2"))
os.environ.setdefault("OMP_NUM_THREADS", str(threads))
import numpy as np, torch
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler
from transformers import AutoModel, AutoTokenizer

torch.set_num_threads(threads)
work = pathlib.Path(os.environ.get("PEERS_WORK") or tempfile.gettempdir() + "/peers-work") / "smollm2-hf"
file, words, feature = sys.argv[1], int(sys.argv[2]), sys.argv[3] if len(sys.argv) > 3 else "upos"
name, _, value = feature.partition("=")
texts, spans, labels = [], [], []          # a sentence: its text, its words' spans, their labels
text, span, label, skip = "", [], [], 0
for line in open(file, encoding="utf-8").read().split("\n") + [""]:
    if not line:
        if text and sum(map(len, spans)) < words:
            texts.append(text.rstrip()); spans.append(span); labels.append(label)
        text, span, label, skip = "", [], [], 0
    elif line[0] != "#":
        c = line.split("\t")
        if "." in c[0]: continue
        if "-" in c[0]: skip = int(c[0].split("-")[1])
        if "-" in c[0] or int(c[0]) > skip:
            start = len(text); text += c[1]
            here = (start, len(text))
            if "SpaceAfter=No" not in c[9]: text += " "
        if "-" not in c[0]:
            span.append(here); label.append((c[3] if not value else c[3] if c[3] == value else "other"))

tokenizer = AutoTokenizer.from_pretrained(work); tokenizer.pad_token = tokenizer.eos_token
model = AutoModel.from_pretrained(work, dtype=torch.float32).eval()
begun = time.perf_counter()
states, rows = [], []
order = sorted(range(len(texts)), key=lambda i: len(texts[i])) if os.environ.get("SORTED") else range(len(texts))
with torch.inference_mode():
    for at in range(0, len(texts), 16):
        batch = list(order)[at:at + 16]
        b = tokenizer([texts[i] for i in batch], return_tensors="pt", padding=True, padding_side="right", return_offsets_mapping=True)
        offsets = b.pop("offset_mapping").numpy()
        h = torch.stack(model(**b, output_hidden_states=True, use_cache=False).hidden_states).numpy()   # (sites, batch, position, width)
        for j, i in enumerate(batch):
            for (start, end), l in zip(spans[i], labels[i]):
                at_token = np.nonzero((offsets[j, :, 0] < end) & (offsets[j, :, 1] > start))[0][-1]
                states.append(h[:, j, at_token]); rows.append((i, l))
captured = time.perf_counter() - begun
x = np.stack(states, 1); y = np.array([l for _, l in rows]); sentence = np.array([i for i, _ in rows])
test = sentence % 5 == 0
best = 0
for site in range(len(x)):
    scaler = StandardScaler().fit(x[site][~test])
    probe = LogisticRegression(C=1, tol=1e-4, max_iter=1000).fit(scaler.transform(x[site][~test]), y[~test])
    best = max(best, probe.score(scaler.transform(x[site][test]), y[test]))
whole = time.perf_counter() - begun
print(f"transformers and scikit-learn: {whole:.1f} s, capture {captured:.1f}, {len(y)} words, {len(x)} sites, best {best:.3f}, {threads} threads")

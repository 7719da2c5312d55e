#!/usr/bin/env bash
# Holds GGUF against safetensors and against llama.cpp: tiny models of every architecture, written here, and whole models.
#
#   bench/gguf/run.sh [MODEL.gguf...]
#
#   PEERS_PYTHON   a Python with gguf, llama_cpp, numpy and safetensors
#   JAVA           a Java 25 (default: java)
#   GOLDEN         the tiny models' folder (default: ../shared/golden/tiny beside the repository)
set -euo pipefail
cd "$(dirname "$0")/../.."
python=${PEERS_PYTHON:?a Python with gguf and llama_cpp is needed}
golden=${GOLDEN:-$PWD/../shared/golden/tiny}
small=model/src/test/resources/tiny
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mvn -q -DskipTests package
ours() {
    "${JAVA:-java}" --add-modules jdk.incubator.vector --enable-native-access=ALL-UNNAMED \
        -cp "bench/target/classes:bench/target/lib/*" org.latent4j.bench.GgufAgreement "$@" 2>/dev/null
}
"$python" bench/gguf/write_tiny.py "$golden" "$work/tiny" >/dev/null 2>&1
ours tiny "$golden" "$work/tiny"
"$python" bench/gguf/write_tiny.py "$small" "$work/small" qwen3-yarn phi3-longrope gpt_neox-serial granite olmo2 bert roberta >/dev/null 2>&1
ours tiny "$small" "$work/small"
for model in "$@"; do
    echo && echo "$model" && echo
    "$python" bench/gguf/next_tokens.py "$model" "$work/whole.peer.safetensors" >/dev/null 2>&1
    ours whole "$model" "$work/whole.peer.safetensors"
done

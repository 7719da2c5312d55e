#!/usr/bin/env bash
# Runs each side one after the other on this machine and writes medians and spread to bench/RESULTS.md.
#
#   bench/run.sh [RUNS [PART…]]
#
# PART is one of the names below, all if none is given; what stands in RESULTS.md of the other parts stays, with its own date.
# The environment:
#
#   PEERS_PYTHON   a Python with torch and transformers (see ../shared/peers/requirements.txt); without it peers are left out
#   REPENG_PYTHON  a Python with repeng, which wants older libraries; REPENG_WORK its PEERS_WORK
#   PEER_RUNS      how often each peer runs (default: RUNS); each of its runs is the best of two or three after one that isn't counted
#   PEER_MOST      up to how many points peers run where growth is shown (default: 10000; they take hours for more)
#   PEERS_WORK     where the peers' prepare.py has put its models
#   PEERS          the peers' folder (default: ../shared/peers beside the repository)
set -euo pipefail
cd "$(dirname "$0")/.."
parts=(commands capture decode lengths larger directions probes sweep encode exact index clusters maps growth kernels packings)
runs=${1:-5}
[ "$#" -eq 0 ] || shift
[ "$#" -eq 0 ] && wanted=" ${parts[*]} " || wanted=" $* "
for part in $wanted; do
    [[ " ${parts[*]} " == *" $part "* ]] || { echo "bench/run.sh: no part '$part'; there are: ${parts[*]}" >&2; exit 2; }
done
peer_runs=${PEER_RUNS:-$runs}
peers=${PEERS:-$PWD/../shared/peers}
data=$peers/../data
models=${PEERS_WORK:-${TMPDIR:-/tmp}/peers-work}
vectors=$models/descriptions.npy # the peers' embed.py writes it
threads=$(nproc 2>/dev/null || echo 2)
out=$PWD/bench/RESULTS.md
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# The launcher's way to find a JDK is good enough for the rest.
java=$(LATENT_AOT=off LATENT_JVM=-XshowSettings:properties ./latent --version 2>&1 | sed -n 's/.*java.home = //p' | head -n 1)
[ -n "$java" ] || java=$(./latent doctor | sed -n 's/^JDK.*(\(.*\))$/\1/p')
java=$java/bin/java
mvn -q -DskipTests package

# median, least and most of the numbers on standard input, as cells of a table
spread() { sort -n | awk '{v[NR]=$1} END {if (NR) {m=NR%2?v[(NR+1)/2]:(v[NR/2]+v[NR/2+1])/2; printf "%.2f | %.2f | %.2f", m, v[1], v[NR]} else printf "not run here | | "}'; }

# a class of the bench, with the options that people run the program with
ours() {
    local class=$1
    shift
    "$java" @workbench/target/dist/lib/jvm.options -cp "bench/target/classes:bench/target/lib/*" "org.latent4j.bench.$class" "$@" 2>/dev/null | grep -v '^WARNING: Using incubator' || true
}

# a script of the peers or of the bench, if there is a Python for it
peer() {
    [ -x "${PEERS_PYTHON:-}" ] || return 0
    local script=$1
    shift
    case $script in
        bench/*) PEERS_WORK=$models "$PEERS_PYTHON" "$script" "$@" 2>/dev/null || true ;;
        *) (cd "$peers" && PEERS_WORK=$models PYTHONDONTWRITEBYTECODE=1 "$PEERS_PYTHON" "$script" "$@" 2>/dev/null) || true ;;
    esac
}

# the same several times
peers() {
    for _ in $(seq "$peer_runs"); do
        peer "$@"
    done
}

# of every line the figure before a unit
figure() { sed -n "s|.* \([0-9.]*\) $1.*|\1|p"; }

header() { printf '| who | %s, median | least | most |\n| --- | --- | --- | --- |\n' "$1"; }
row() { echo "| $1 | $(spread) |"; }
indented() { sed 's/^/    /'; }

# wall seconds and peak MB of a command, a line a run, after one that isn't counted
timed() {
    local label=$1
    shift
    for run in $(seq 0 "$runs"); do
        /usr/bin/time -f '%e %M' -o "$work/time" "$@" >/dev/null 2>&1
        [ "$run" -eq 0 ] || cat "$work/time" >>"$work/timed"
    done
    echo "| $label | $(cut -d' ' -f1 "$work/timed" | spread) | $(awk '{print $2/1024}' "$work/timed" | spread) |"
    rm "$work/timed"
}

part_commands() {
    LATENT_AOT=on ./latent read "The capital of France is" >/dev/null
    for _ in $(seq 60); do # the JVM's cache is made in the background
        ls "${LATENT_HOME:-${XDG_CACHE_HOME:-$HOME/.cache}/latent4j}"/jvm/latent-*.aot >/dev/null 2>&1 && break
        sleep 1
    done
    echo "## Commands, whole process"
    echo
    echo "| command | seconds, median | least | most | peak MB, median | least | most |"
    echo "| --- | --- | --- | --- | --- | --- | --- |"
    # shellcheck disable=SC2016 # the backquotes are Markdown's
    timed '`latent --help`' ./latent --help
    # shellcheck disable=SC2016
    timed '`latent read`, 5 tokens' ./latent read "The capital of France is"
    # shellcheck disable=SC2016
    timed '`latent read`, 40 tokens' ./latent read "Once upon a time there was a small village by the sea where the fishermen went out every morning, and where nobody had ever heard of the thing that happened on the last day of that summer."
    # shellcheck disable=SC2016
    timed '`latent math`, 341,479 words of 100' ./latent math "king - man + woman"
}

part_capture() {
    echo "## Hidden states after every block, last position, of 128 ragged texts (6,034 tokens), SmolLM2-135M"
    echo
    header tokens/s
    ours CaptureSpeed "$peers/ragged-128.txt" "$runs" | figure tokens/s | row 'latent4j, packed weights (Q4_1, Q8_0), exact f32'
    peers capture.py hf | figure tokens/s | row 'transformers, float32, batches of 16 as commonly written'
    peers capture.py hf-sorted | figure tokens/s | row 'transformers, float32, texts sorted by length'
    peers capture.py llama.cpp | figure tokens/s | row 'llama.cpp, prompt evaluation of the same GGUF (hands out no states)'
}

part_decode() {
    ours DecodeSpeed "$runs" >"$work/decode"
    echo "## Greedy decoding of 96 tokens, prompt included, SmolLM2-135M"
    echo
    header tokens/s
    grep '^one:' "$work/decode" | figure tokens/s | row 'latent4j, one continuation'
    grep '^steered:' "$work/decode" | figure tokens/s | row 'latent4j, steered at 11 layers'
    grep '^int8:' "$work/decode" | figure tokens/s | row 'latent4j, one continuation, `--precision int8`'
    grep '^eight:' "$work/decode" | figure tokens/s | row 'latent4j, 8 together'
    peers decode.py llama.cpp | figure tokens/s | row 'llama.cpp, the same GGUF'
    peers decode.py hf | figure tokens/s | row 'transformers, float32'
    peers decode.py hf-steered | figure tokens/s | row 'transformers, float32, steered at 10 layers'
}

part_lengths() {
    echo "## What length costs, and the highest layer asked for (the best of two)"
    echo
    {
        ours LengthSpeed smollm2-135m-instruct 128,512,2048,4096 | sed 's/^/latent4j   /'
        peer bench/peers/llama_lengths.py "$models/SmolLM2-135M-Instruct.Q4_1.gguf" 128,512,2048,4096 "$threads" | sed 's/^/llama.cpp  /'
    } | indented
}

part_larger() {
    echo "## Random weights in the shape of Llama 3.2 1B (the best of two)"
    echo
    for packing in Q4_0 Q8_0; do
        peer bench/peers/llama_1b.py "$work/1b.gguf" "$packing"
        [ -f "$work/1b.gguf" ] || continue
        ours LengthSpeed "$work/1b.gguf" 128 | grep -E 'prompt|decode' | sed "s/^/$packing latent4j   /"
        peer bench/peers/llama_lengths.py "$work/1b.gguf" 128 "$threads" | sed "s/^/$packing llama.cpp  /"
        rm "$work/1b.gguf"
    done | indented
}

part_directions() {
    echo "## A direction from 24 pairs at 30 layers"
    echo
    {
        ours DirectionSpeed "$peers/../golden/control-vector/repeng-happy.expected.json" "$runs"
        if [ -x "${REPENG_PYTHON:-}" ]; then
            for _ in $(seq "$peer_runs"); do
                (cd "$peers" && PEERS_WORK=${REPENG_WORK:-$models} PYTHONDONTWRITEBYTECODE=1 "$REPENG_PYTHON" direction.py 2>/dev/null)
            done
        else
            echo "repeng: not run here"
        fi
    } | indented
}

part_probes() {
    echo "## Probes of 20,000 words at 31 sites (upos)"
    echo
    {
        ours ProbeSpeed "$data/ud-english-ewt/dev.conllu" 20000
        peer bench/probe/peer.py "$data/ud-english-ewt/dev.conllu" 20000
    } | indented
}

part_sweep() {
    echo "## The default sweep: 7 strengths, 5 ranges of layers, 20 random directions, 16 prompts of 32 tokens"
    echo
    ours SweepSpeed | indented
}

part_encode() {
    echo "## Sentence embeddings of 3,000 package descriptions, all-MiniLM-L6-v2, f32"
    echo
    header sentences/s
    ours EncodeSpeed "$data/debian-descriptions.tsv" 3000 "$runs" | figure sentences/s | row 'latent4j, texts as they come, packed end to end'
    for _ in $(seq "$peer_runs"); do # each run tells its batches of 32 and 128; the better one counts
        peer embed.py | figure sentences/s | sort -n | tail -n 1
    done | row 'sentence-transformers, its best batch (32 or 128), texts sorted by length'
}

part_exact() {
    echo "## Exact search: 10 nearest of 19,500 x 384, 500 queries"
    echo
    if [ -f "$vectors" ]; then
        {
            ours NeighbourSpeed "$vectors" "$runs"
            peer bench/peers/exact.py "$vectors" "$peer_runs" "$threads"
        } | indented
    fi
}

part_index() {
    echo "## Approximate search: 10 nearest of 19,500 x 384, one query at a time on one thread, built with two"
    echo
    if [ -f "$vectors" ]; then
        {
            ours IndexSpeed "$vectors" "$runs"
            ours IndexSpeed "$vectors" "$runs" quantised | sed 's/^latent4j/latent4j, bytes:/'
            peer neighbours.py
        } | indented
    fi
}

part_clusters() {
    echo "## Clusters of 20,000 points: k-means (k 50, one start, 384 wide), HDBSCAN (10 wide)"
    echo
    [ ! -x "${PEERS_PYTHON:-}" ] ||
        "$PEERS_PYTHON" -c "import numpy as np; r=np.random.default_rng(0); c=r.normal(0,3,(30,10)); np.save('$work/blobs.npy',(c[r.integers(0,30,20000)]+r.normal(0,1,(20000,10))*r.uniform(.3,1,(20000,1))).astype('f4'))"
    for kind in "kmeans $vectors" "hdbscan $work/blobs.npy"; do
        # shellcheck disable=SC2086 # two words
        set -- $kind
        [ -f "$2" ] || continue
        ours ClusterSpeed "$1" "$2" "$runs" 20000 | sed 's/^/latent4j /'
        peer bench/peers/cluster.py "$1" "$2" "$peer_runs" 20000 | sed 's/^/scikit-learn /'
    done | indented
}

part_maps() {
    echo "## Maps of 10,000 x 384"
    echo
    if [ -f "$vectors" ]; then
        for which in umap tsne; do
            ours ProjectSpeed "$which" "$vectors" 10000 "$runs"
            peer project.py "$which" | sed 's/^umap/umap-learn/;s/^tsne/openTSNE/'
        done | indented
    fi
}

part_growth() {
    echo "## How time and memory grow: points around 50 places, 50 wide; search 384 wide; texts encoded"
    echo
    for which in kmeans umap tsne hdbscan knn; do
        for count in 1000 10000 100000 1000000; do
            [ "$count" -lt 1000000 ] || [[ "$which" == kmeans || "$which" == umap ]] || continue
            ours GrowthSpeed "$which" "$count"
            [ "$count" -gt "${PEER_MOST:-10000}" ] || peer bench/peers/growth.py "$which" "$count" "$threads"
        done
    done | indented
    {
        ours SearchGrowth
        ours EncodeGrowth "$data/debian-descriptions.tsv"
    } | indented
}

part_kernels() {
    echo "## Products of activations with packed weights (JMH)"
    echo
    ours KernelTable Q8_0,Q4_1,F32 1,128,516 1,2 1536x576
    echo
    echo "What a block does beside products, on one thread:"
    echo
    ours KernelTable states | tail -n +3
}

part_packings() {
    echo "## Each packing on one thread (JMH): weights of 4608 x 1536"
    echo
    ours KernelTable packings
}

machine() {
    ./latent doctor | grep -E '^(JDK|System|Kernels|Memory|Speed)' | sed -e 's/ (\/.*)$//' -e 's/^/    /'
    sed -n 's/^model name[^:]*: /    CPU           /p' /proc/cpuinfo 2>/dev/null | head -n 1
}

# what RESULTS.md says of a part by now
kept() { [ ! -f "$out" ] || awk -v mark="<!-- $1 -->" '/^<!-- /{on = $0 == mark} on' "$out"; }

{
    echo "# Measured"
    echo
    echo "Written by \`bench/run.sh\`: each side one after the other on the same machine. Machines like this one are shared and noisy:"
    echo "compare within a part, not between parts or machines."
    echo
    machine
    echo
    for part in "${parts[@]}"; do
        if [[ "$wanted" == *" $part "* ]]; then
            echo "$part" >&2
            echo "<!-- $part -->"
            "part_$part"
            echo
            echo "$(date -u +%Y-%m-%d), $runs counted runs after one that isn't; peers $peer_runs."
            echo
        else
            kept "$part"
        fi
    done
} >"$work/results"
mv "$work/results" "$out"
echo "written to $out"

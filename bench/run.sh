#!/usr/bin/env bash
# Runs each side one after the other on this machine and writes medians and spread to bench/RESULTS.md.
#
#   bench/run.sh [RUNS]
#
#   PEERS_PYTHON   a Python with torch and transformers (see ../shared/peers/requirements.txt); without it peers are left out
#   PEER_RUNS      how often each peer runs (default: RUNS); each of its runs is the best of two or three after one that isn't counted
#   SPACES         no leaves out encoding, clusters, indexes, neighbours and maps, whose peers take half an hour
#   LENGTHS        no leaves out what length and layers cost
#   MEANING        no leaves out probes, directions and the sweep, which take a quarter of an hour
#   KERNELS        no leaves out the tables of kernels, which take some ten minutes
#   PEERS_WORK     where the peers' prepare.py has put its models
#   PEERS          the peers' folder (default: ../shared/peers beside the repository)
set -euo pipefail
cd "$(dirname "$0")/.."
runs=${1:-5}
peer_runs=${PEER_RUNS:-$runs}
peers=${PEERS:-$PWD/../shared/peers}
texts=$peers/ragged-128.txt
out=bench/RESULTS.md
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# The launcher's way to find a JDK is good enough for the rest.
java=$(LATENT_AOT=off LATENT_JVM=-XshowSettings:properties ./latent --version 2>&1 | sed -n 's/.*java.home = //p' | head -n 1)
[ -n "$java" ] || java=$(./latent doctor | sed -n 's/^JDK.*(\(.*\))$/\1/p')
java=$java/bin/java
mvn -q -DskipTests package

# median, least and most of the numbers on standard input
spread() { sort -n | awk '{v[NR]=$1} END {m=NR%2?v[(NR+1)/2]:(v[NR/2]+v[NR/2+1])/2; printf "%.2f | %.2f | %.2f", m, v[1], v[NR]}'; }

# wall seconds and peak MB of a command, a line a run, after one that isn't counted
timed() {
    local name=$1
    shift
    for run in $(seq 0 "$runs"); do
        /usr/bin/time -f '%e %M' -o "$work/time" "$@" >/dev/null 2>&1
        [ "$run" -eq 0 ] || cat "$work/time" >>"$work/$name"
    done
}

LATENT_AOT=on ./latent read "The capital of France is" >/dev/null
for _ in $(seq 60); do # the JVM's cache is made in the background
    ls "${LATENT_HOME:-${XDG_CACHE_HOME:-$HOME/.cache}/latent4j}"/jvm/latent-*.aot >/dev/null 2>&1 && break
    sleep 1
done
timed help ./latent --help
timed read ./latent read "The capital of France is"
timed read-text ./latent read "Once upon a time there was a small village by the sea where the fishermen went out every morning, and where nobody had ever heard of the thing that happened on the last day of that summer."

# with the options that people run it with
ours() { "$java" @workbench/target/dist/lib/jvm.options -cp "bench/target/classes:bench/target/lib/*" "$@" 2>/dev/null; }
if [ -f "$texts" ]; then
    ours org.latent4j.bench.CaptureSpeed "$texts" "$runs" | sed -n 's/.*, \([0-9.]*\) tokens\/s.*/\1/p' >"$work/capture-latent4j"
    if [ -x "${PEERS_PYTHON:-}" ]; then
        for which in hf hf-sorted llama.cpp; do
            for _ in $(seq "$peer_runs"); do
                (cd "$peers" && PYTHONDONTWRITEBYTECODE=1 "$PEERS_PYTHON" capture.py "$which" 2>/dev/null) | sed -n 's/.*, \([0-9.]*\) tokens\/s.*/\1/p' >>"$work/capture-$which"
            done
        done
    fi
fi
descriptions=$peers/../data/debian-descriptions.tsv
if [ "${SPACES:-yes}" = yes ] && [ -f "$descriptions" ]; then
    ours org.latent4j.bench.EncodeSpeed "$descriptions" 3000 "$runs" | sed -n 's/.*, \([0-9.]*\) sentences\/s.*/\1/p' >"$work/encode-latent4j"
    if [ -x "${PEERS_PYTHON:-}" ]; then
        for _ in $(seq "$peer_runs"); do # each run tells its batches of 32 and 128; the better one counts
            (cd "$peers" && PYTHONDONTWRITEBYTECODE=1 "$PEERS_PYTHON" embed.py 2>/dev/null) | sed -n 's/.*: \([0-9.]*\) sentences\/s.*/\1/p' |
                sort -n | tail -n 1 >>"$work/encode-st"
        done
    fi
fi
ours org.latent4j.bench.DecodeSpeed "$runs" >"$work/decode"
for which in one steered eight; do
    sed -n "s/^$which: \([0-9.]*\) tokens\/s.*/\1/p" "$work/decode" >"$work/decode-$which"
done
if [ -x "${PEERS_PYTHON:-}" ] && [ -f "$peers/decode.py" ]; then
    for which in llama.cpp hf hf-steered; do
        for _ in $(seq "$peer_runs"); do
            (cd "$peers" && PYTHONDONTWRITEBYTECODE=1 "$PEERS_PYTHON" decode.py "$which" 2>/dev/null) | sed -n 's/.*: \([0-9.]*\) tokens\/s.*/\1/p' >>"$work/decode-$which"
        done
    done
fi
# what a text's length and the highest layer cost
threads=$(nproc 2>/dev/null || echo 2)
models=${PEERS_WORK:-${TMPDIR:-/tmp}/peers-work}
if [ "${LENGTHS:-yes}" = yes ]; then
    ours org.latent4j.bench.LengthSpeed smollm2-135m-instruct 128,512,2048,4096 | sed 's/^/latent4j   /' >"$work/lengths"
    if [ -x "${PEERS_PYTHON:-}" ]; then
        "$PEERS_PYTHON" bench/peers/llama_lengths.py "$models/SmolLM2-135M-Instruct.Q4_1.gguf" 128,512,2048,4096 "$threads" 2>/dev/null |
            sed 's/^/llama.cpp  /' >>"$work/lengths"
    fi
else
    echo "Not run this time." >"$work/lengths"
fi
# probes of 20,000 words at every site, a direction from 24 pairs at every layer (repeng, if that Python has it), the default sweep
words=$peers/../data/ud-english-ewt/dev.conllu
pairs=$peers/../golden/control-vector/repeng-happy.expected.json
if [ "${MEANING:-yes}" = yes ] && [ -f "$words" ] && [ -f "$pairs" ]; then
    {
        ours org.latent4j.bench.ProbeSpeed "$words" 20000
        [ ! -x "${PEERS_PYTHON:-}" ] || "$PEERS_PYTHON" bench/probe/peer.py "$words" 20000 2>/dev/null || true
        ours org.latent4j.bench.DirectionSpeed "$pairs" "$runs"
        [ ! -x "${PEERS_PYTHON:-}" ] || (cd "$peers" && PYTHONDONTWRITEBYTECODE=1 "$PEERS_PYTHON" direction.py 2>/dev/null) ||
            echo "repeng: not run here"
        ours org.latent4j.bench.SweepSpeed
    } >"$work/meaning"
else
    echo "Not run this time." >"$work/meaning"
fi
# Clusters: embedded descriptions where the peers' embed.py has left them, and blobs of 10 dimensions
vectors=$models/descriptions.npy # the peers' embed.py writes it
: >"$work/clusters"
if [ "${SPACES:-yes}" = yes ] && [ -x "${PEERS_PYTHON:-}" ]; then
    "$PEERS_PYTHON" -c "import numpy as np; r=np.random.default_rng(0); c=r.normal(0,3,(30,10)); np.save('$work/blobs.npy',(c[r.integers(0,30,20000)]+r.normal(0,1,(20000,10))*r.uniform(.3,1,(20000,1))).astype('f4'))"
    for kind in "kmeans $vectors" "hdbscan $work/blobs.npy"; do
        # shellcheck disable=SC2086 # two words
        set -- $kind
        [ -f "$2" ] || continue
        ours org.latent4j.bench.ClusterSpeed "$1" "$2" "$runs" 20000 | sed 's/^/latent4j /' >>"$work/clusters"
        "$PEERS_PYTHON" bench/peers/cluster.py "$1" "$2" "$peer_runs" 20000 2>/dev/null | sed 's/^/scikit-learn /' >>"$work/clusters"
    done
fi
if [ "${SPACES:-yes}" = yes ] && [ -f "$vectors" ]; then
    {
        ours org.latent4j.bench.IndexSpeed "$vectors" "$runs"
        ours org.latent4j.bench.IndexSpeed "$vectors" "$runs" quantised | sed 's/^latent4j/latent4j, bytes:/'
        [ ! -x "${PEERS_PYTHON:-}" ] || (cd "$peers" && PYTHONDONTWRITEBYTECODE=1 "$PEERS_PYTHON" neighbours.py 2>/dev/null)
    } >"$work/index"
else
    echo "Not run this time." >"$work/index"
fi
# neighbours and maps of embedded descriptions, where the peers' embed.py has written them
if [ "${SPACES:-yes}" = yes ] && [ -f "$vectors" ]; then
    ours org.latent4j.bench.NeighbourSpeed "$vectors" "$runs" >"$work/space"
    for which in umap tsne; do
        ours org.latent4j.bench.ProjectSpeed "$which" "$vectors" 10000 "$runs" >>"$work/space"
    done
    if [ -x "${PEERS_PYTHON:-}" ]; then
        for script in "project.py umap" "project.py tsne"; do
            # shellcheck disable=SC2086 # a script and its argument
            (cd "$peers" && PYTHONDONTWRITEBYTECODE=1 "$PEERS_PYTHON" $script 2>/dev/null) >>"$work/space"
        done
    fi
else
    echo "Not run this time: embed.py has written no vectors." >"$work/space"
fi
if [ "${KERNELS:-yes}" = yes ]; then
    ours org.latent4j.bench.KernelTable Q8_0,Q4_1,F32 1,128,516 1,2 1536x576 >"$work/kernels"
    ours org.latent4j.bench.KernelTable packings >"$work/packings"
else
    echo "Not run this time." | tee "$work/kernels" >"$work/packings"
fi

{
    echo "# Measured"
    echo
    echo "Written by \`bench/run.sh $runs\`: each side one after the other on the same machine, $runs counted runs after one that isn't (peers: $peer_runs, each its script's best)."
    echo "Machines like this one are shared and noisy: compare within a run, not between machines."
    echo
    ./latent doctor | grep -E '^(JDK|System|Kernels|Memory|Speed)' | sed -e 's/ (\/.*)$//' -e 's/^/    /'
    sed -n 's/^model name[^:]*: /    CPU           /p' /proc/cpuinfo 2>/dev/null | head -n 1
    echo "    Date          $(date -u +%Y-%m-%d)"
    echo
    echo "## Commands, whole process"
    echo
    echo "| command | seconds, median | least | most | peak MB, median | least | most |"
    echo "| --- | --- | --- | --- | --- | --- | --- |"
    for name in help read read-text; do
        case $name in
            help) label='`latent --help`' ;;
            read) label='`latent read`, 5 tokens' ;;
            *) label='`latent read`, 40 tokens' ;;
        esac
        echo "| $label | $(cut -d' ' -f1 "$work/$name" | spread) | $(awk '{print $2/1024}' "$work/$name" | spread) |"
    done
    echo
    echo "## Hidden states after every block, last position, of 128 ragged texts (6,034 tokens), SmolLM2-135M"
    echo
    echo "| who | tokens/s, median | least | most |"
    echo "| --- | --- | --- | --- |"
    for who in latent4j hf hf-sorted llama.cpp; do
        case $who in
            latent4j) label='latent4j, packed weights (Q4_1, Q8_0), exact f32' ;;
            hf) label='transformers, float32, batches of 16 as commonly written' ;;
            hf-sorted) label='transformers, float32, texts sorted by length' ;;
            *) label='llama.cpp, prompt evaluation of the same GGUF (hands out no states)' ;;
        esac
        if [ -s "$work/capture-$who" ]; then
            echo "| $label | $(spread <"$work/capture-$who") |"
        else
            echo "| $label | not run here | | |"
        fi
    done
    echo
    echo "## Neighbours of 19,500 x 384, maps of 10,000 x 384"
    echo
    sed 's/^/    /' "$work/space"
    echo
    echo "## Greedy decoding of 96 tokens, prompt included, SmolLM2-135M"
    echo
    echo "| who | tokens/s, median | least | most |"
    echo "| --- | --- | --- | --- |"
    for who in one steered eight llama.cpp hf hf-steered; do
        case $who in
            one) label='latent4j, one continuation' ;;
            steered) label='latent4j, steered at 11 layers' ;;
            eight) label='latent4j, 8 together' ;;
            hf) label='transformers, float32' ;;
            hf-steered) label='transformers, float32, steered at 10 layers' ;;
            *) label='llama.cpp, the same GGUF' ;;
        esac
        if [ -s "$work/decode-$who" ]; then
            echo "| $label | $(spread <"$work/decode-$who") |"
        else
            echo "| $label | not run here | | |"
        fi
    done
    echo
    echo "## What length costs, and the highest layer asked for (the best of two)"
    echo
    sed 's/^/    /' "$work/lengths"
    echo
    echo "## Probes of 20,000 words at 31 sites (upos), a direction from 24 pairs at 30 layers, the default sweep"
    echo
    sed 's/^/    /' "$work/meaning"
    echo
    echo "## Sentence embeddings of 3,000 package descriptions, all-MiniLM-L6-v2, f32"
    echo
    echo "| who | sentences/s, median | least | most |"
    echo "| --- | --- | --- | --- |"
    for who in latent4j st; do
        case $who in
            latent4j) label='latent4j, texts as they come, packed end to end' ;;
            *) label='sentence-transformers, its best batch (32 or 128), texts sorted by length' ;;
        esac
        if [ -s "$work/encode-$who" ]; then
            echo "| $label | $(spread <"$work/encode-$who") |"
        else
            echo "| $label | not run here | | |"
        fi
    done
    echo
    echo "## Clusters of 20,000 points: k-means (k 50, one start, 384 wide), HDBSCAN (10 wide)"
    echo
    sed 's/^/    /' "$work/clusters"
    echo
    echo "## Approximate search: 10 nearest of 19,500 x 384 (descriptions.npy), one query at a time on one thread, built with two"
    echo
    sed 's/^/    /' "$work/index"
    echo
    echo "## Products of activations with packed weights (JMH)"
    echo
    cat "$work/kernels"
    echo
    echo "## Each packing on one thread (JMH): weights of 4608 x 1536"
    echo
    cat "$work/packings"
} >"$work/results"
mv "$work/results" "$out"
echo "written to $out"

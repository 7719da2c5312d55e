package org.latent4j.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.SeededRandom;
import org.latent4j.model.site.Site;
import org.latent4j.model.site.Site.Kind;
import org.latent4j.model.tokenizer.TextStream;
import org.latent4j.model.transformer.Batch;
import org.latent4j.model.transformer.Cache;
import org.latent4j.model.transformer.SiteVisitor;

/**
 * Goes on with prompts: all samples of all prompts decode together, one row each, so that weights are read once for all. A
 * prompt runs once for its samples, and what it has in common with the one before isn't run again.
 */
final class Generator {
    private final Model model;
    private final Generation request;
    private final Generation.Listener listener;
    private final Set<Integer> ends;
    private final boolean speaks;

    Generator(Model model, Generation request, Generation.Listener listener) {
        if (!model.hasHead() || !model.config().attention().causal()) {
            throw new LatentException("model '%s' is an encoder: it can't go on with a text".formatted(model.name()));
        }
        this.model = model;
        this.request = request;
        this.listener = listener;
        this.speaks = model.hasTokenizer();
        this.ends = speaks ? model.tokenizer().endTokens() : Set.of();
    }

    /** One continuation on its way. */
    private final class Sequence {
        final int prompt;
        final int sample;
        final int[] promptIds;
        final Cache cache;
        final Steered steered;
        final SeededRandom random;
        final BitSet seen = new BitSet();
        final StopStrings stops = new StopStrings(request.stops());
        final @Nullable TextStream stream = speaks ? model.tokenizer().stream() : null;
        final StringBuilder text = new StringBuilder();
        int[] ids = new int[16];
        int count;
        String stop = "";

        Sequence(int prompt, int sample, int[] promptIds, Cache cache, Steered steered) {
            this.prompt = prompt;
            this.sample = sample;
            this.promptIds = promptIds;
            this.cache = cache;
            this.steered = steered;
            this.random = new SeededRandom(request.sampling().seed(), (long) prompt << 32 | sample);
            for (int id : promptIds) {
                seen.set(id);
            }
        }

        /** Takes the next token from a row of logits. */
        void take(Matrix logits, int row, @Nullable Site overflow) {
            int vocabulary = logits.columns();
            int offset = row * vocabulary;
            int choice = speaks ? Math.min(vocabulary, model.tokenizer().size()) : vocabulary; // padded heads have more rows than there are tokens
            if (overflow != null) {
                end("overflow at " + overflow);
                return;
            }
            for (int end : request.ignoreEnd() ? ends : Set.<Integer>of()) {
                logits.data()[offset + end] = Float.NEGATIVE_INFINITY;
            }
            int id = request.sampling().choose(logits.data(), offset, choice, seen, random, count);
            if (!Float.isFinite(logits.data()[offset + id])) {
                end("overflow at logits");
            } else if (ends.contains(id)) {
                end("end");
            } else {
                append(id);
            }
        }

        private void append(int id) {
            seen.set(id);
            if (count == ids.length) {
                ids = Arrays.copyOf(ids, 2 * count);
            }
            ids[count++] = id;
            if (stream != null) {
                say(stops.add(stream.add(id)));
            }
            if (!stops.found().isEmpty()) {
                end("stop: " + stops.found());
            } else if (count == request.maxTokens()) {
                end("max-tokens");
            } else if (promptIds.length + count >= model.config().context()) {
                end("context");
            }
        }

        private void say(String piece) {
            if (!piece.isEmpty()) {
                text.append(piece);
                listener.said(prompt, sample, piece);
            }
        }

        void end(String why) {
            if (stream != null) {
                say(stops.add(stream.finish()));
                say(stops.finish());
            }
            stop = stops.found().isEmpty() ? why : "stop: " + stops.found();
        }

        Continuation continuation() {
            return new Continuation(promptIds.clone(), Arrays.copyOf(ids, count), text.toString(), stop, steered.report());
        }
    }

    /** Reads the last row of each sequence, and notices where states stop being finite. */
    private final class Reader implements SiteVisitor {
        private final Batch batch;
        private final int[] endRows;
        private final @Nullable Site[] overflows;
        Matrix logits = Matrix.zeros(0, 0);

        Reader(Batch batch, boolean readsEnd) {
            this.batch = batch;
            this.overflows = new Site[batch.sequences()];
            this.endRows = new int[readsEnd ? batch.sequences() : 0];
            for (int s = 0; s < endRows.length; s++) {
                endRows[s] = batch.starts()[s + 1] - 1;
            }
        }

        @Override
        public boolean visits(Kind kind, int layer) {
            return kind == Kind.LOGITS || kind == Kind.RESID_POST;
        }

        @Override
        public boolean wants(Kind kind, int layer) {
            return kind == Kind.LOGITS;
        }

        @Override
        public void visit(Kind kind, int layer, Matrix states) {
            if (kind == Kind.LOGITS) {
                logits = states;
                return;
            }
            for (int s = 0; s < overflows.length; s++) {
                int from = batch.starts()[s] * states.columns();
                int to = batch.starts()[s + 1] * states.columns();
                if (overflows[s] == null && !finite(states.data(), from, to)) {
                    overflows[s] = Site.of(kind, layer);
                }
            }
        }

        private static boolean finite(float[] x, int from, int to) {
            float zero = 0;
            for (int i = from; i < to; i++) {
                zero += x[i] * 0; // NaN where x isn't finite
            }
            return zero == 0;
        }

        @Override
        public int[] endRows() {
            return endRows;
        }
    }

    List<List<Continuation>> run(List<int[]> prompts) {
        for (int[] ids : prompts) {
            model.check(ids);
        }
        List<Sequence> all = new ArrayList<>();
        @Nullable
        Sequence before = null;
        for (int prompt = 0; prompt < prompts.size(); prompt++) {
            before = begin(prompt, prompts.get(prompt), Optional.ofNullable(before), all);
        }
        List<Sequence> going = new ArrayList<>(all);
        going.removeIf(s -> !s.stop.isEmpty());
        while (!going.isEmpty()) {
            if (request.interrupted().getAsBoolean()) {
                going.forEach(s -> s.end("interrupted"));
                break;
            }
            step(going);
            going.removeIf(s -> !s.stop.isEmpty());
        }
        List<List<Continuation>> continuations = new ArrayList<>();
        for (int from = 0; from < all.size(); from += request.samples()) {
            continuations.add(all.subList(from, from + request.samples()).stream().map(Sequence::continuation).toList());
        }
        return continuations;
    }

    /** Runs a prompt, chooses the first token of each of its samples, and returns the first of them. */
    private Sequence begin(int prompt, int[] ids, Optional<Sequence> before, List<Sequence> all) {
        int shared = before.map(b -> commonPrefix(b.promptIds, ids)).orElse(0);
        // Reports count every position of a prompt, so steered prompts run whole.
        boolean reuse = shared > 0 && request.steering().isEmpty() && before.isPresent();
        Cache cache = reuse ? before.get().cache.fork() : model.cache(ids.length + request.maxTokens(), request.halfCache());
        cache.truncate(reuse ? shared : 0);
        Steered steered = new Steered(model, request.steering());
        @Nullable
        Reader reader = null;
        @Nullable
        Site overflow = null;
        for (int from = cache.length(); from < ids.length; from += Model.PIECE) {
            int to = Math.min(from + Model.PIECE, ids.length);
            Batch batch = Batch.of(List.of(Arrays.copyOfRange(ids, from, to)), List.of(cache));
            reader = new Reader(batch, to == ids.length);
            model.run(batch, reader, List.of(steered));
            overflow = overflow == null ? reader.overflows[0] : overflow;
        }
        Matrix logits = reader == null ? Matrix.zeros(0, 0) : reader.logits;
        List<Sequence> own = new ArrayList<>();
        for (int sample = 0; sample < request.samples(); sample++) {
            boolean last = sample == request.samples() - 1;
            own.add(new Sequence(prompt, sample, ids, last ? cache : cache.fork(), last ? steered : steered.fork()));
        }
        for (Sequence sequence : own) {
            Matrix copy = own.size() == 1 ? logits : Matrix.of(1, logits.columns(), logits.row(0)); // choosing changes them
            sequence.take(copy, 0, overflow);
        }
        all.addAll(own);
        return own.getFirst();
    }

    /** How many tokens two prompts begin with alike; at least the last one of the second is left to run. */
    private static int commonPrefix(int[] a, int[] b) {
        int mismatch = Arrays.mismatch(a, b);
        return Math.min(mismatch < 0 ? a.length : mismatch, b.length - 1);
    }

    private void step(List<Sequence> going) {
        List<int[]> pieces = new ArrayList<>();
        List<Cache> caches = new ArrayList<>();
        List<Steered> steered = new ArrayList<>();
        for (Sequence sequence : going) {
            pieces.add(new int[]{sequence.ids[sequence.count - 1]});
            caches.add(sequence.cache);
            steered.add(sequence.steered);
        }
        Batch batch = Batch.of(pieces, caches);
        Reader reader = new Reader(batch, true);
        model.run(batch, reader, steered);
        for (int s = 0; s < going.size(); s++) {
            going.get(s).take(reader.logits, s, reader.overflows[s]);
        }
    }
}

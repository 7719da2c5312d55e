package org.latent4j.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.latent4j.kernel.Matrix;
import org.latent4j.model.site.Site;
import org.latent4j.model.transformer.Batch;
import org.latent4j.model.transformer.Cache;

/**
 * Goes on with prompts: all samples of all prompts decode together, one row each, so that weights are read once for all. A
 * prompt runs once for its samples, and what it has in common with the one before, or with others that are steered alike, isn't run
 * again.
 */
final class Generator {
    private final Model model;
    private final Generation request;
    private final Generation.Listener listener;
    private final Set<Integer> ends;
    private final boolean speaks;

    /**
     * A generator of one request.
     *
     * @throws LatentException if the model is an encoder, or the request's precision would change nothing
     */
    Generator(Model model, Generation request, Generation.Listener listener) {
        model.requireGenerates();
        model.requireRounds(request.precision());
        this.model = model;
        this.request = request;
        this.listener = listener;
        this.speaks = model.hasTokenizer();
        this.ends = speaks ? model.tokenizer().endTokens() : Set.of();
    }

    Model model() {
        return model;
    }

    Generation request() {
        return request;
    }

    Generation.Listener listener() {
        return listener;
    }

    /** The tokens that end a text. */
    Set<Integer> ends() {
        return ends;
    }

    /** Whether there is a tokenizer that tells what tokens say. */
    boolean speaks() {
        return speaks;
    }

    /** What has been run already: the beginning of a text, its keys and values. */
    record Begun(int[] ids, Cache cache) {
        /**
         * How much of it a text can go on from: what both begin with, at least its last token left to run; nothing where the
         * other length turns keys otherwise.
         */
        int shared(int[] next, Model model) {
            int mismatch = Arrays.mismatch(ids, next);
            int alike = Math.min(mismatch < 0 ? ids.length : mismatch, next.length - 1);
            return cache.fits(model.config(), next.length) ? Math.min(alike, cache.length()) : 0;
        }
    }

    /** A prompt that is to be run, number {@code prompt} of them with random numbers of {@code stream}, from where its cache ends. */
    private record Pending(int prompt, int stream, int[] ids, Steered steered, Cache cache, @Nullable Site overflow) {
        int left() {
            return ids.length - cache.length();
        }
    }

    List<List<Continuation>> run(List<int[]> prompts, List<Steering> steerings, int[] streams) {
        prompts.forEach(model::check);
        @Nullable
        Stem[] stems = stems(prompts, steerings);
        List<Sequence> all = new ArrayList<>();
        List<Pending> together = new ArrayList<>();
        int rows = 0;
        Optional<Begun> before = Optional.empty();
        for (int prompt = 0; prompt < prompts.size(); prompt++) {
            // Reports count every position of a prompt, so steered prompts run whole but for their stem; short ones of them together.
            Steering steering = steerings.get(prompt);
            int[] ids = prompts.get(prompt);
            Optional<Cache> shared = before.filter(_ -> steering.isEmpty()).flatMap(b -> beginning(b, ids));
            @Nullable
            Stem stem = stems[prompt];
            Pending next = stem != null && stem.fits(ids, model)
                    ? new Pending(prompt, streams[prompt], ids, stem.steeredOn(ids), stem.cache().fork(), stem.overflow())
                    : pending(prompt, streams[prompt], ids, steering, shared.orElseGet(() -> empty(ids.length)));
            if (steering.isEmpty() || rows + next.left() > Model.PIECE) {
                begin(together, all);
                together.clear();
                rows = 0;
            }
            together.add(next);
            rows += next.left();
            if (steering.isEmpty()) {
                begin(together, all);
                before = Optional.of(new Begun(ids, all.get(all.size() - request.samples()).cache()));
                together.clear();
                rows = 0;
            } else {
                before = Optional.empty();
            }
        }
        begin(together, all);
        decode(all);
        List<List<Continuation>> continuations = new ArrayList<>();
        for (int from = 0; from < all.size(); from += request.samples()) {
            continuations.add(all.subList(from, from + request.samples()).stream().map(Sequence::continuation).toList());
        }
        return continuations;
    }

    private Pending pending(int prompt, int stream, int[] ids, Steering steering, Cache cache) {
        Steered steered = new Steered(model, steering);
        steered.begin(ids);
        return new Pending(prompt, stream, ids, steered, cache, null);
    }

    private @Nullable Stem[] stems(List<int[]> prompts, List<Steering> steerings) {
        try {
            return Stem.of(model, prompts, steerings, request);
        } catch (LastRows.Interrupted _) { // whatever is run next ends at once
            return new Stem[prompts.size()];
        }
    }

    /** Goes on with one text from a cache that holds its beginning. */
    Sequence run(int[] ids, Cache cache) {
        List<Sequence> one = new ArrayList<>();
        begin(List.of(pending(0, 0, ids, request.steering(), cache)), one);
        decode(one);
        return one.getFirst();
    }

    private Optional<Cache> beginning(Begun before, int[] ids) {
        int shared = before.shared(ids, model);
        if (shared == 0) {
            return Optional.empty();
        }
        Cache cache = before.cache.fork();
        cache.truncate(shared);
        return Optional.of(cache);
    }

    private Cache empty(int length) {
        return model.cache(length, request.halfCache());
    }

    /**
     * Runs what caches don't hold of prompts, several in one pass, and chooses the first token of each of their samples.
     */
    private void begin(List<Pending> prompts, List<Sequence> all) {
        @Nullable
        LastRows end = null;
        @Nullable
        Site[] overflows = new Site[prompts.size()];
        boolean interrupted = false;
        try {
            prompts.forEach(p -> p.cache.expect(p.ids.length));
            if (prompts.size() == 1) {
                end = inPieces(prompts.getFirst(), overflows);
            } else if (!prompts.isEmpty()) {
                end = together(prompts, overflows);
            }
        } catch (LastRows.Interrupted _) {
            interrupted = true;
        }
        Matrix logits = end == null ? Matrix.zeros(0, 0) : end.logits();
        for (int p = 0; p < prompts.size(); p++) {
            Matrix row = interrupted ? logits : Matrix.of(1, logits.columns(), logits.row(p)); // choosing changes them
            Pending own = prompts.get(p);
            all.addAll(samples(own, row, own.overflow != null ? own.overflow : overflows[p], interrupted));
        }
    }

    private List<Sequence> samples(Pending prompt, Matrix logits, @Nullable Site overflow, boolean interrupted) {
        List<Sequence> own = new ArrayList<>();
        for (int sample = 0; sample < request.samples(); sample++) {
            boolean last = sample == request.samples() - 1;
            own.add(new Sequence(this, prompt.prompt, prompt.stream, sample, prompt.ids, last ? prompt.cache : prompt.cache.fork(),
                    last ? prompt.steered : prompt.steered.fork()));
        }
        for (Sequence sequence : own) {
            if (interrupted) {
                sequence.end("interrupted");
            } else {
                Matrix copy = own.size() == 1 ? logits : Matrix.of(1, logits.columns(), logits.row(0));
                sequence.take(copy, 0, overflow);
            }
        }
        return own;
    }

    private LastRows inPieces(Pending prompt, @Nullable Site[] overflows) {
        @Nullable
        LastRows end = null;
        int length = prompt.ids.length;
        for (int from = prompt.cache.length(); from < length; from += Model.PIECE) {
            end = piece(prompt.ids, from, Math.min(from + Model.PIECE, length), length, prompt.cache, prompt.steered);
            overflows[0] = overflows[0] == null ? end.overflow(0) : overflows[0];
        }
        return Objects.requireNonNull(end, "a prompt leaves a token to run");
    }

    private LastRows together(List<Pending> prompts, @Nullable Site[] overflows) {
        Batch batch = Batch.of(
                prompts.stream().map(p -> Arrays.copyOfRange(p.ids, p.cache.length(), p.ids.length)).toList(),
                prompts.stream().map(Pending::cache).toList());
        LastRows rows = new LastRows(batch, true, request.interrupted());
        model.run(batch, rows, prompts.stream().map(Pending::steered).toList());
        for (int p = 0; p < overflows.length; p++) {
            overflows[p] = rows.overflow(p);
        }
        return rows;
    }

    private LastRows piece(int[] ids, int from, int to, int end, Cache cache, Steered steered) {
        Batch batch = Batch.of(List.of(Arrays.copyOfRange(ids, from, to)), List.of(cache));
        LastRows rows = new LastRows(batch, to == end, request.interrupted());
        model.run(batch, rows, List.of(steered));
        return rows;
    }

    private void decode(List<Sequence> all) {
        List<Sequence> going = new ArrayList<>(all);
        going.removeIf(s -> !s.goesOn());
        while (!going.isEmpty()) {
            try {
                step(going);
            } catch (LastRows.Interrupted _) {
                going.forEach(s -> s.end("interrupted"));
            }
            going.removeIf(s -> !s.goesOn());
        }
    }

    private void step(List<Sequence> going) {
        List<int[]> pieces = new ArrayList<>();
        List<Cache> caches = new ArrayList<>();
        List<Steered> steered = new ArrayList<>();
        for (Sequence sequence : going) {
            turnAnew(sequence);
            pieces.add(new int[]{sequence.lastId()});
            caches.add(sequence.cache());
            steered.add(sequence.steered());
        }
        Batch batch = Batch.of(pieces, caches).with(request.precision());
        LastRows rows = new LastRows(batch, true, request.interrupted());
        model.run(batch, rows, steered);
        for (int s = 0; s < going.size(); s++) {
            going.get(s).take(rows.logits(), s, rows.overflow(s));
        }
    }

    /**
     * Where frequencies change once a text is longer than its model's first training (longrope), the keys so far were turned
     * by the old ones: they are computed again, as transformers does. Frequencies that change with every token ("dynamic")
     * leave the older keys as they are, as they do there.
     */
    private void turnAnew(Sequence sequence) {
        if (!sequence.cache().outgrown(model.config(), sequence.length())) {
            return;
        }
        Cache anew = empty(sequence.length());
        int[] ids = sequence.whole();
        Steered uncounted = sequence.steered().fork();
        for (int from = 0; from < ids.length - 1; from += Model.PIECE) {
            piece(ids, from, Math.min(from + Model.PIECE, ids.length - 1), ids.length, anew, uncounted);
        }
        sequence.replace(anew);
    }
}

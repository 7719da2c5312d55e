package org.latent4j.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.latent4j.model.Beginnings.Segment;
import org.latent4j.model.Model.SteeredTraces;
import org.latent4j.model.Recorder.Part;
import org.latent4j.model.site.Positions;
import org.latent4j.model.site.Site;
import org.latent4j.model.site.Sites;
import org.latent4j.model.transformer.Batch;
import org.latent4j.model.transformer.Cache;

/** Runs sequences and records their states: short ones together, what they begin with in common once, long ones in pieces. */
final class Tracer {
    private final Model model;
    private final List<Site> sites;
    private final Positions positions;
    private final int piece;

    Tracer(Model model, Sites sites, Positions positions) {
        this(model, sites, positions, Model.PIECE);
    }

    /** Longer texts than {@code piece} run in pieces of so many tokens, shorter ones together up to about so many. */
    Tracer(Model model, Sites sites, Positions positions, int piece) {
        this.piece = piece;
        this.model = model;
        this.sites = model.resolve(sites);
        this.positions = positions;
    }

    /** Each sequence with its own interventions. */
    SteeredTraces run(List<int[]> sequences, List<Steering> steerings) {
        List<Steered> steered = new ArrayList<>();
        for (int s = 0; s < sequences.size(); s++) {
            model.check(sequences.get(s));
            steered.add(new Steered(model, steerings.get(s)));
            steered.getLast().begin(sequences.get(s));
        }
        Recorder recorder = new Recorder(sequences, model.config().heads(), sites, positions);
        boolean causal = model.config().attention().causal();
        List<Integer> together = new ArrayList<>();
        for (int s = 0; s < sequences.size(); s++) {
            if (sequences.get(s).length > piece && causal) {
                inPieces(sequences.get(s), s, recorder, steered.get(s), model.cache(sequences.get(s).length, false));
            } else {
                together.add(s);
            }
        }
        if (causal && steered.stream().allMatch(Steered::isEmpty)) {
            together = Beginnings.sorted(sequences, together);
        }
        for (int from = 0, to; from < together.size(); from = to) {
            to = from + fitting(sequences, together.subList(from, together.size()));
            runTogether(sequences, together.subList(from, to), recorder, steered);
        }
        return new SteeredTraces(recorder.traces(), steered.stream().map(Steered::report).toList());
    }

    /**
     * How many of the first texts run together, at least one: up to so many tokens as a piece has, those at the beginning that a text
     * shares with the one before it not counted, but up to twice as many with them.
     */
    private int fitting(List<int[]> sequences, List<Integer> numbers) {
        int alone = 0;
        int all = 0;
        int[] before = {};
        for (int i = 0; i < numbers.size(); i++) {
            int[] ids = sequences.get(numbers.get(i));
            alone += ids.length - Beginnings.common(before, ids);
            all += ids.length;
            if (i > 0 && (alone > piece || all > 2 * piece)) {
                return i;
            }
            before = ids;
        }
        return numbers.size();
    }

    /** One text whose beginning a cache holds; positions of that beginning can't be recorded any more. */
    Trace continued(int[] ids, Cache cache, Steering steering) {
        Recorder recorder = new Recorder(List.of(ids), model.config().heads(), sites, positions);
        Steered steered = new Steered(model, steering);
        steered.begin(ids);
        inPieces(ids, 0, recorder, steered, cache);
        return recorder.traces().getFirst();
    }

    private void runTogether(List<int[]> sequences, List<Integer> numbers, Recorder recorder, List<Steered> steered) {
        List<Segment> segments = sharesBeginnings(sequences, numbers, steered) ? Beginnings.segments(sequences, numbers) : List.of();
        if (!segments.isEmpty()) {
            runSegments(sequences, segments, recorder, steered);
            return;
        }
        Batch batch = Batch.of(numbers.stream().map(sequences::get).toList());
        recorder.begin(batch, IntStream.range(0, numbers.size()).mapToObj(i -> new Part(i, numbers.get(i))).toList());
        model.run(batch, recorder, numbers.stream().map(steered::get).toList());
    }

    /** Whether what texts have in common has the same states in each: nothing intervenes, and keys are turned alike. */
    private boolean sharesBeginnings(List<int[]> sequences, List<Integer> numbers, List<Steered> steered) {
        int longest = numbers.stream().mapToInt(number -> sequences.get(number).length).max().orElse(0);
        return model.config().attention().causal()
                && numbers.stream().allMatch(n -> steered.get(n).isEmpty() && model.config().turnsAlike(longest, sequences.get(n).length));
    }

    /** Runs segments in one pass, each of which goes on from one before it. */
    private void runSegments(List<int[]> sequences, List<Segment> segments, Recorder recorder, List<Steered> steered) {
        List<int[]> pieces = new ArrayList<>();
        List<Part> parts = new ArrayList<>();
        for (Segment segment : segments) {
            for (int text : segment.texts()) {
                parts.add(new Part(pieces.size(), text));
            }
            pieces.add(Arrays.copyOfRange(sequences.get(segment.texts()[0]), segment.from(), segment.to()));
        }
        Batch batch = Batch.branching(pieces, segments.stream().mapToInt(Segment::before).toArray());
        recorder.begin(batch, parts);
        model.run(batch, recorder, segments.stream().map(segment -> steered.get(segment.texts()[0])).toList());
    }

    private void inPieces(int[] ids, int number, Recorder recorder, Steered steered, Cache cache) {
        for (int from = cache.length(); from < ids.length; from += piece) {
            int[] part = Arrays.copyOfRange(ids, from, Math.min(from + piece, ids.length));
            Batch batch = Batch.of(List.of(part), List.of(cache));
            recorder.begin(batch, List.of(new Part(0, number)));
            model.run(batch, recorder, List.of(steered));
        }
    }
}

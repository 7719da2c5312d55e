package org.latent4j.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.latent4j.model.Model.SteeredTraces;
import org.latent4j.model.site.Positions;
import org.latent4j.model.site.Site;
import org.latent4j.model.site.Sites;
import org.latent4j.model.transformer.Batch;
import org.latent4j.model.transformer.Cache;

/** Runs sequences and records their states: short ones together, long ones in pieces. */
final class Tracer {
    private final Model model;
    private final List<Site> sites;
    private final Positions positions;
    private final int piece;

    Tracer(Model model, Sites sites, Positions positions) {
        this(model, sites, positions, Model.PIECE);
    }

    /** Longer texts than {@code piece} run in pieces of so many tokens, shorter ones together up to so many. */
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
        List<Integer> together = new ArrayList<>();
        int rows = 0;
        for (int s = 0; s < sequences.size(); s++) {
            int length = sequences.get(s).length;
            if (length > piece && model.config().attention().causal()) {
                inPieces(sequences.get(s), s, recorder, steered.get(s), model.cache(length, false));
                continue;
            }
            if (rows + length > piece && !together.isEmpty()) {
                together(sequences, together, recorder, steered);
                together.clear();
                rows = 0;
            }
            together.add(s);
            rows += length;
        }
        if (!together.isEmpty()) {
            together(sequences, together, recorder, steered);
        }
        return new SteeredTraces(recorder.traces(), steered.stream().map(Steered::report).toList());
    }

    /** One text whose beginning a cache holds; positions of that beginning can't be recorded any more. */
    Trace continued(int[] ids, Cache cache, Steering steering) {
        Recorder recorder = new Recorder(List.of(ids), model.config().heads(), sites, positions);
        Steered steered = new Steered(model, steering);
        steered.begin(ids);
        inPieces(ids, 0, recorder, steered, cache);
        return recorder.traces().getFirst();
    }

    private void together(List<int[]> sequences, List<Integer> numbers, Recorder recorder, List<Steered> steered) {
        Batch batch = Batch.of(numbers.stream().map(sequences::get).toList());
        recorder.begin(batch, numbers.stream().mapToInt(Integer::intValue).toArray());
        model.run(batch, recorder, numbers.stream().map(steered::get).toList());
    }

    private void inPieces(int[] ids, int number, Recorder recorder, Steered steered, Cache cache) {
        for (int from = cache.length(); from < ids.length; from += piece) {
            int[] part = Arrays.copyOfRange(ids, from, Math.min(from + piece, ids.length));
            Batch batch = Batch.of(List.of(part), List.of(cache));
            recorder.begin(batch, number);
            model.run(batch, recorder, List.of(steered));
        }
    }
}

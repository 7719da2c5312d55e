package org.latent4j.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.latent4j.model.site.Site;
import org.latent4j.model.transformer.Batch;
import org.latent4j.model.transformer.Cache;

/**
 * What neighbouring prompts that are steered alike begin with in common, the first lines of a chat template as a rule: run once for all of
 * them. What steering did there counts for each.
 *
 * @param overflow where states stopped being finite, null where they didn't
 */
record Stem(int[] ids, Cache cache, Steered steered, @Nullable Site overflow) {
    /** Fewer tokens aren't worth a pass of their own. */
    private static final int SHORTEST = 8;

    /**
     * The stem of each prompt, null for those that share none. Prompts of the same steering (the same object) that stand side by side are
     * looked at; unsteered ones aren't, which go on from one another.
     *
     * @throws LastRows.Interrupted if the request is interrupted
     */
    static @Nullable Stem[] of(Model model, List<int[]> prompts, List<Steering> steerings, Generation request) {
        @Nullable
        Stem[] stems = new Stem[prompts.size()];
        List<Stem> together = new ArrayList<>();
        List<int[]> ranges = new ArrayList<>();
        int rows = 0;
        for (int from = 0, to; from < stems.length; from = to) {
            for (to = from + 1; to < stems.length && steerings.get(to) == steerings.get(from);) {
                to++;
            }
            int length = steerings.get(from).isEmpty() || to - from < 2 ? 0 : common(prompts.subList(from, to));
            if (length < SHORTEST) {
                continue;
            }
            if (rows + length > Model.PIECE) {
                run(model, together, ranges, request, stems);
                rows = 0;
            }
            together.add(begun(model, prompts.get(from), length, steerings.get(from), request));
            ranges.add(new int[]{from, to});
            rows += length;
        }
        run(model, together, ranges, request, stems);
        return stems;
    }

    /** How many tokens all begin with, at most a piece, and at least the last of each left over. */
    private static int common(List<int[]> prompts) {
        int[] first = prompts.getFirst();
        int length = Math.min(first.length - 1, Model.PIECE);
        for (int[] other : prompts) {
            length = Math.min(length, Math.min(Beginnings.common(first, other), other.length - 1));
        }
        return length;
    }

    private static Stem begun(Model model, int[] prompt, int length, Steering steering, Generation request) {
        Steered steered = new Steered(model, steering);
        steered.begin(prompt);
        Cache cache = model.cache(prompt.length, request.halfCache());
        cache.expect(prompt.length);
        return new Stem(Arrays.copyOf(prompt, length), cache, steered, null);
    }

    private static void run(Model model, List<Stem> together, List<int[]> ranges, Generation request, @Nullable Stem[] stems) {
        if (!together.isEmpty()) {
            Batch batch = Batch.of(together.stream().map(Stem::ids).toList(), together.stream().map(Stem::cache).toList());
            LastRows rows = new LastRows(batch, false, request.interrupted());
            model.run(batch, rows, together.stream().map(Stem::steered).toList());
            for (int s = 0; s < together.size(); s++) {
                Stem own = together.get(s);
                Arrays.fill(stems, ranges.get(s)[0], ranges.get(s)[1], new Stem(own.ids, own.cache, own.steered, rows.overflow(s)));
            }
        }
        together.clear();
        ranges.clear();
    }

    /** Whether a prompt may go on from it: keys are turned by that prompt's frequencies. */
    boolean fits(int[] prompt, Model model) {
        return cache.fits(model.config(), prompt.length);
    }

    /** Its steering, to go on with a prompt. */
    Steered steeredOn(int[] prompt) {
        Steered own = steered.fork();
        own.begin(prompt);
        return own;
    }
}

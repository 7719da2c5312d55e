package org.latent4j.insight.probe;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.latent4j.insight.Interrupted;
import org.latent4j.insight.probe.ProbeData.Item;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.Progress;
import org.latent4j.model.Model;
import org.latent4j.model.PromptMode;
import org.latent4j.model.Trace;
import org.latent4j.model.site.Positions;
import org.latent4j.model.site.Site;
import org.latent4j.model.site.Sites;

/**
 * Which tokens each item of data stands for, and the states there. Items of which no token can be found, or that lie behind the
 * context, are left out and counted.
 *
 * @param ids each text's tokens; none where no item needs them
 * @param items those that are kept
 * @param places each kept item's first and last token; null for a whole text
 * @param lost how many items have no token
 * @param empty how many texts are empty
 */
record ProbeStates(List<int[]> ids, List<Item> items, List<int @Nullable []> places, int lost, int empty) {
    private static final int BATCH_TOKENS = 1024;

    /**
     * Aligns.
     *
     * @throws LatentException if no item is left
     */
    static ProbeStates align(Model model, ProbeData data, PromptMode mode) {
        List<int[]> ids = new ArrayList<>();
        List<Item> items = new ArrayList<>();
        List<int @Nullable []> places = new ArrayList<>();
        int lost = 0;
        int empty = 0;
        int next = 0;
        List<Item> all = data.items();
        for (int text = 0; text < data.texts().size(); text++) {
            String written = data.texts().get(text);
            int first = next;
            while (next < all.size() && all.get(next).text() == text) {
                next++;
            }
            int[] found = next == first || written.isBlank() ? new int[0] : model.tokens(written, mode);
            empty += written.isBlank() && next > first ? 1 : 0;
            if (found.length > model.config().context()) {
                found = Arrays.copyOf(found, model.config().context());
            }
            ids.add(found);
            List<Item> own = all.subList(first, next);
            Aligned aligned = found.length == 0 ? new Aligned(List.of(), 0) : new Aligned(model, written, found, mode, own);
            for (Item item : own) {
                int[] place = found.length == 0 || item.wholeText() ? null : aligned.of(item, written, found.length);
                if (found.length == 0 || (!item.wholeText() && place == null)) {
                    lost++;
                } else {
                    items.add(item);
                    places.add(place);
                }
            }
        }
        if (next < all.size()) {
            throw new IllegalArgumentException("items must come in the order of their texts");
        }
        if (items.isEmpty()) {
            if (!all.isEmpty() && all.stream().allMatch(item -> data.texts().get(item.text()).isBlank())) {
                throw new LatentException("all %d labelled texts are empty: there is nothing to read".formatted(all.size()));
            }
            throw new LatentException(all.isEmpty()
                    ? "the data hold nothing that has a label"
                    : "none of %d labelled items has a token in its text: do the spans count characters from 0?".formatted(all.size()));
        }
        return new ProbeStates(ids, items, places, lost, empty);
    }

    /** A text's spans, and how many tokens the mode puts before the text's own. */
    private record Aligned(List<org.latent4j.model.tokenizer.Tokenizer.Span> spans, int before) {
        Aligned(Model model, String text, int[] ids, PromptMode mode, List<Item> items) {
            this(items.stream().allMatch(Item::wholeText) ? List.of() : model.tokenizer().spans(text),
                    mode == PromptMode.RAW || items.stream().allMatch(Item::wholeText) ? 0 : before(model, text, ids));
        }

        /** Where the tokens that the text has by itself begin among those with what the mode adds. */
        private static int before(Model model, String text, int[] ids) {
            int[] own = model.tokens(text, PromptMode.RAW);
            for (int at = 0; at < ids.length; at++) {
                int length = Math.min(own.length, ids.length - at);
                if (length > 0 && Arrays.equals(own, 0, length, ids, at, at + length)) {
                    return at;
                }
            }
            throw new LatentException("the tokens of '%.40s' can't be found again in this prompt mode: leave out --chat".formatted(text));
        }

        int @Nullable [] of(Item item, String text, int count) {
            int[] found = Alignment.tokens(spans, text, item.from(), item.to());
            if (found == null || found[1] + before >= count) {
                return null;
            }
            return new int[]{found[0] + before, found[1] + before};
        }
    }

    /**
     * Runs the texts and keeps one state an item and site; only a batch's states are in memory at a time.
     *
     * @param positions which state stands for a whole text
     * @throws Interrupted if that is asked for
     */
    States capture(
            Model model, List<Site> sites, Words words, Positions positions, Progress progress, BooleanSupplier interrupted) {
        Sites wanted = Sites.of(sites.stream().map(Site::toString).toArray(String[]::new));
        boolean whole = items.stream().allMatch(Item::wholeText);
        Positions recorded = whole ? positions : Positions.ALL;
        long total = ids.stream().mapToLong(x -> x.length).sum();
        long done = 0;
        int item = 0;
        @Nullable
        States states = null;
        boolean complete = false;
        try {
            for (int from = 0, to; from < ids.size(); from = to) {
                List<Integer> numbers = new ArrayList<>();
                int tokens = 0;
                for (to = from; to < ids.size() && (tokens == 0 || tokens + ids.get(to).length <= BATCH_TOKENS); to++) {
                    if (ids.get(to).length > 0) {
                        numbers.add(to);
                        tokens += ids.get(to).length;
                    }
                }
                if (interrupted.getAsBoolean()) {
                    throw new Interrupted();
                }
                progress.report("Running the texts", done, total, Progress.Unit.TOKENS);
                List<Trace> traces = model.traces(numbers.stream().map(ids::get).toList(), wanted, recorded);
                for (int i = 0; i < traces.size(); i++) {
                    states = states == null ? new States(sites, widths(traces.getFirst(), sites), items.size()) : states;
                    for (; item < items.size() && items.get(item).text() == numbers.get(i); item++) {
                        keep(traces.get(i), item, words, positions, whole, states);
                    }
                }
                done += tokens;
            }
            progress.report("Running the texts", total, total, Progress.Unit.TOKENS);
            complete = true;
            return Objects.requireNonNull(states, "some item has a text");
        } finally {
            if (!complete && states != null) {
                states.close();
            }
        }
    }

    private static int[] widths(Trace trace, List<Site> sites) {
        return sites.stream().mapToInt(site -> {
            if (site.kind() == Site.Kind.ATTN_PATTERN) {
                throw new LatentException(
                        "site '%s' holds attention weights, whose number depends on the text; probe another site".formatted(site));
            }
            return trace.get(site).columns();
        }).toArray();
    }

    private void keep(Trace trace, int item, Words words, Positions positions, boolean whole, States states) {
        for (int s = 0; s < states.sites().size(); s++) {
            Matrix all = trace.get(states.sites().get(s));
            int width = all.columns();
            int[] place = places.get(item);
            if (whole) {
                states.put(s, item, all.data(), 0);
            } else if (place == null) {
                float[] state = positions instanceof Positions.Mean
                        ? mean(all, 0, all.rows() - 1)
                        : all.row(positions.in(all.rows())[0]);
                states.put(s, item, state, 0);
            } else {
                switch (words) {
                    case FIRST -> states.put(s, item, all.data(), place[0] * width);
                    case LAST -> states.put(s, item, all.data(), place[1] * width);
                    case MEAN -> states.put(s, item, mean(all, place[0], place[1]), 0);
                }
            }
        }
    }

    private static float[] mean(Matrix states, int first, int last) {
        double[] sum = new double[states.columns()];
        for (int r = first; r <= last; r++) {
            for (int c = 0; c < sum.length; c++) {
                sum[c] += states.data()[r * sum.length + c];
            }
        }
        float[] mean = new float[sum.length];
        for (int c = 0; c < mean.length; c++) {
            mean[c] = (float) (sum[c] / (last - first + 1));
        }
        return mean;
    }
}

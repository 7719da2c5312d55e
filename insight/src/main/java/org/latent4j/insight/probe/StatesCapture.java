package org.latent4j.insight.probe;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.latent4j.insight.Interrupted;
import org.latent4j.insight.probe.ProbeData.Item;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.Progress;
import org.latent4j.model.Model;
import org.latent4j.model.Trace;
import org.latent4j.model.site.Positions;
import org.latent4j.model.site.Site;
import org.latent4j.model.site.Sites;

/**
 * Runs texts and takes one state an item and site; only a batch's states are in memory at a time. What was captured is kept once a minute
 * and when it is stopped.
 */
final class StatesCapture {
    private static final int BATCH_TOKENS = 1024;
    /** How often states are kept, in nanoseconds. */
    private static final long KEPT_EVERY = 60_000_000_000L;

    private final ProbeStates aligned;
    private final ProbeStudy.Options options;
    private final StudyState state;
    private final Progress progress;
    private final BooleanSupplier interrupted;

    StatesCapture(ProbeStates aligned, ProbeStudy.Options options, StudyState state, Progress progress, BooleanSupplier interrupted) {
        this.aligned = aligned;
        this.options = options;
        this.state = state;
        this.progress = progress;
        this.interrupted = interrupted;
    }

    /**
     * The states of the wanted sites, and perhaps of more: those that were kept, as far as they go, and what is left.
     *
     * @param weights whose states they are, for the name of what is kept
     * @param all sites that the study is about
     * @throws Interrupted if that is asked for
     */
    States run(Model model, String weights, List<Site> all, List<Site> wanted) {
        Optional<StudyState.Captured> before = state.captured(weights, all, wanted);
        List<Site> sites = before.map(captured -> captured.states().sites()).orElse(wanted);
        return new Pass(model, weights, sites, before).run();
    }

    /** Keeps the states of all items. */
    void keep(String weights, States states) {
        state.keep(weights, aligned.ids().size(), states);
    }

    /** From the first text that wasn't captured to the last. */
    private final class Pass {
        private final Model model;
        private final String weights;
        private final List<Site> sites;
        private final boolean whole = aligned.items().stream().allMatch(Item::wholeText);
        private @Nullable States states;
        private int text;
        private int item;
        private long noted = System.nanoTime();

        Pass(Model model, String weights, List<Site> sites, Optional<StudyState.Captured> before) {
            this.model = model;
            this.weights = weights;
            this.sites = sites;
            before.ifPresent(captured -> {
                states = captured.states();
                text = captured.texts();
            });
            while (item < aligned.items().size() && aligned.items().get(item).text() < text) {
                item++;
            }
        }

        States run() {
            List<int[]> ids = aligned.ids();
            long total = tokens(ids);
            boolean complete = false;
            try {
                while (text < ids.size()) {
                    keepOrStop();
                    progress.report("Running the texts", tokens(ids.subList(0, text)), total, Progress.Unit.TOKENS);
                    int end = batchEnd();
                    takeBatch(end);
                    text = end;
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

        private static long tokens(List<int[]> texts) {
            return texts.stream().mapToLong(x -> x.length).sum();
        }

        private void keepOrStop() {
            boolean stopped = interrupted.getAsBoolean();
            if (states != null && (stopped || System.nanoTime() - noted > KEPT_EVERY)) {
                state.keep(weights, text, states);
                noted = System.nanoTime();
            }
            if (stopped) {
                throw new Interrupted();
            }
        }

        private int batchEnd() {
            int tokens = 0;
            int end = text;
            while (end < aligned.ids().size() && (tokens == 0 || tokens + aligned.ids().get(end).length <= BATCH_TOKENS)) {
                tokens += aligned.ids().get(end).length;
                end++;
            }
            return end;
        }

        private void takeBatch(int end) {
            List<Integer> numbers = new ArrayList<>();
            for (int number = text; number < end; number++) {
                if (aligned.ids().get(number).length > 0) {
                    numbers.add(number);
                }
            }
            Sites wanted = Sites.of(sites.stream().map(Site::toString).toArray(String[]::new));
            List<Trace> traces = model.traces(
                    numbers.stream().map(aligned.ids()::get).toList(), wanted, whole ? options.positions() : Positions.ALL);
            for (int i = 0; i < traces.size(); i++) {
                States to = room(traces.getFirst());
                for (; item < aligned.items().size() && aligned.items().get(item).text() == numbers.get(i); item++) {
                    take(traces.get(i), to);
                }
            }
        }

        private States room(Trace trace) {
            if (states == null) {
                states = States.at(state.statesFile(weights), new States.Shape(sites, widths(trace), aligned.items().size()));
            }
            return states;
        }

        private int[] widths(Trace trace) {
            return sites.stream().mapToInt(site -> {
                if (site.kind() == Site.Kind.ATTN_PATTERN) {
                    throw new LatentException(
                            "site '%s' holds attention weights, whose number depends on the text; probe another site".formatted(site));
                }
                return trace.get(site).columns();
            }).toArray();
        }

        private void take(Trace trace, States to) {
            int[] place = aligned.places().get(item);
            for (int s = 0; s < sites.size(); s++) {
                Matrix own = trace.get(sites.get(s));
                int width = own.columns();
                if (whole) {
                    to.put(s, item, own.data(), 0);
                } else if (place == null) {
                    float[] state = options.positions() instanceof Positions.Mean
                            ? mean(own, 0, own.rows() - 1)
                            : own.row(options.positions().in(own.rows())[0]);
                    to.put(s, item, state, 0);
                } else {
                    switch (options.words()) {
                        case FIRST -> to.put(s, item, own.data(), place[0] * width);
                        case LAST -> to.put(s, item, own.data(), place[1] * width);
                        case MEAN -> to.put(s, item, mean(own, place[0], place[1]), 0);
                    }
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

package org.latent4j.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.PatternRows;
import org.latent4j.model.site.Positions;
import org.latent4j.model.site.Site;
import org.latent4j.model.site.Site.Kind;
import org.latent4j.model.transformer.Batch;
import org.latent4j.model.transformer.SiteVisitor;

/**
 * Copies the wanted rows of the wanted sites out of forward passes, sequence by sequence. A sequence may come in several
 * pieces, in order.
 */
final class Recorder implements SiteVisitor {
    private final List<int[]> sequences;
    private final int heads;
    private final boolean mean;
    private final int[][] kept;
    private final Map<Kind, Set<Integer>> layersByKind = new HashMap<>();
    private final List<Site> sites;
    private final List<TreeMap<Site, Matrix>> recorded = new ArrayList<>();
    private final List<Map<Site, double[]>> sums = new ArrayList<>();
    private Batch batch = Batch.of(List.of());
    private int[] numbers = {};

    Recorder(List<int[]> sequences, int heads, List<Site> sites, Positions positions) {
        this.sequences = sequences;
        this.heads = heads;
        this.sites = sites;
        this.mean = positions instanceof Positions.Mean;
        this.kept = new int[sequences.size()][];
        for (int s = 0; s < kept.length; s++) {
            kept[s] = positions.in(sequences.get(s).length);
            recorded.add(new TreeMap<>());
            sums.add(new HashMap<>());
        }
        for (Site site : sites) {
            layersByKind.computeIfAbsent(site.kind(), _ -> new TreeSet<>()).add(site.layer());
        }
    }

    /** What comes next: a batch, and which of the sequences its sequences are. */
    void begin(Batch next, int... numbersInBatch) {
        batch = next;
        numbers = numbersInBatch;
    }

    /** The kept positions of a sequence that lie in the batch: from index {@code first} to {@code end} of {@link #kept}. */
    private record Here(int first, int end) {
        int count() {
            return end - first;
        }
    }

    private Here here(int inBatch) {
        int[] all = kept[numbers[inBatch]];
        int before = batch.before(inBatch);
        return new Here(firstFrom(all, before), firstFrom(all, before + batch.length(inBatch)));
    }

    private static int firstFrom(int[] ascending, int position) {
        int found = Arrays.binarySearch(ascending, position);
        return found >= 0 ? found : -found - 1;
    }

    private int row(int inBatch, int keptIndex) {
        return batch.starts()[inBatch] + kept[numbers[inBatch]][keptIndex] - batch.before(inBatch);
    }

    @Override
    public int[] endRows() {
        List<Integer> rows = new ArrayList<>();
        for (int s = 0; s < batch.sequences(); s++) {
            Here here = here(s);
            for (int i = here.first(); i < here.end(); i++) {
                rows.add(row(s, i));
            }
        }
        return rows.stream().mapToInt(Integer::intValue).toArray();
    }

    @Override
    public boolean visits(Kind kind, int layer) {
        return layersByKind.getOrDefault(kind, Set.of()).contains(layer);
    }

    @Override
    public PatternRows patterns(int layer) {
        Site site = Site.of(Kind.ATTN_PATTERN, layer);
        float[][] wholes = new float[batch.sequences()][];
        for (int s = 0; s < wholes.length; s++) {
            int n = sequences.get(numbers[s]).length;
            int rows = mean ? n : kept[numbers[s]].length;
            wholes[s] = recorded.get(numbers[s]).computeIfAbsent(site, _ -> Matrix.zeros(heads * rows, n)).data();
        }
        return (s, head, position, weights, at, firstKey, count) -> {
            int n = sequences.get(numbers[s]).length;
            int index = mean ? position : Arrays.binarySearch(kept[numbers[s]], position);
            if (index >= 0) {
                int rows = mean ? n : kept[numbers[s]].length;
                System.arraycopy(weights, at, wholes[s], (head * rows + index) * n + firstKey, count);
            }
        };
    }

    @Override
    public void visit(Kind kind, int layer, Matrix states) {
        int firstEnd = 0;
        boolean end = kind == Kind.FINAL_NORM || kind == Kind.LOGITS;
        for (int s = 0; s < batch.sequences(); s++) {
            Here here = here(s);
            for (Site site : sites) {
                if (site.kind() == kind && site.layer() == layer && kind != Kind.ATTN_PATTERN) {
                    record(site, s, here, end ? firstEnd : -1, states);
                }
            }
            firstEnd += here.count();
        }
    }

    /** Takes a sequence's rows; {@code endRow} is the first of them where the states are of the end rows alone, else -1. */
    private void record(Site site, int s, Here here, int endRow, Matrix states) {
        int width = site.head() < 0 ? states.columns() : states.columns() / heads;
        int column = Math.max(site.head(), 0) * width;
        TreeMap<Site, Matrix> own = recorded.get(numbers[s]);
        Matrix target = own.computeIfAbsent(site, _ -> Matrix.zeros(mean ? 1 : kept[numbers[s]].length, width));
        double[] sum = mean ? sums.get(numbers[s]).computeIfAbsent(site, _ -> new double[width]) : new double[0];
        for (int i = here.first(); i < here.end(); i++) {
            int row = endRow >= 0 ? endRow + i - here.first() : row(s, i);
            int from = row * states.columns() + column;
            if (mean) {
                add(states.data(), from, sum);
            } else {
                System.arraycopy(states.data(), from, target.data(), i * width, width);
            }
        }
    }

    private static void add(float[] from, int at, double[] sum) {
        for (int c = 0; c < sum.length; c++) {
            sum[c] += from[at + c];
        }
    }

    /** What was recorded, a trace for each sequence. */
    List<Trace> traces() {
        List<Trace> traces = new ArrayList<>();
        for (int s = 0; s < sequences.size(); s++) {
            if (mean) {
                takeMeans(s);
            }
            traces.add(new Trace(sequences.get(s), kept[s], mean, recorded.get(s)));
        }
        return traces;
    }

    /** Means are summed in the order of position in double precision. */
    private void takeMeans(int s) {
        int n = kept[s].length;
        for (Map.Entry<Site, Matrix> entry : recorded.get(s).entrySet()) {
            if (entry.getKey().kind() == Kind.ATTN_PATTERN) {
                entry.setValue(meanPattern(entry.getValue(), n));
                continue;
            }
            double[] sum = sums.get(s).getOrDefault(entry.getKey(), new double[0]);
            for (int c = 0; c < sum.length; c++) {
                entry.getValue().data()[c] = (float) (sum[c] / n);
            }
        }
    }

    private Matrix meanPattern(Matrix whole, int n) {
        Matrix means = Matrix.zeros(heads, n);
        for (int head = 0; head < heads; head++) {
            double[] sum = new double[n];
            for (int row = 0; row < n; row++) {
                add(whole.data(), (head * n + row) * n, sum);
            }
            for (int c = 0; c < n; c++) {
                means.data()[head * n + c] = (float) (sum[c] / n);
            }
        }
        return means;
    }
}

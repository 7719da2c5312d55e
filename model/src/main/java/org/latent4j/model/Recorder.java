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
 * pieces, in order, and a piece may be of several sequences that have it in common.
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
    /** What a sequence of the batch is: a piece of this one. One of them may be a piece of several. */
    private List<Part> parts = List.of();

    /** That number {@code inBatch} of a batch is a piece of sequence {@code number}. */
    record Part(int inBatch, int number) {}

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

    /** What comes next: a batch, and which of the sequences its sequences are pieces of, in its order. */
    void begin(Batch next, List<Part> itsParts) {
        batch = next;
        parts = itsParts;
    }

    /** The kept positions of a sequence that lie in the batch: from index {@code first} to {@code end} of {@link #kept}. */
    private record Here(int first, int end) {
        int count() {
            return end - first;
        }
    }

    private Here here(Part part) {
        int[] all = kept[part.number()];
        int before = batch.before(part.inBatch());
        return new Here(firstFrom(all, before), firstFrom(all, before + batch.length(part.inBatch())));
    }

    private static int firstFrom(int[] ascending, int position) {
        int found = Arrays.binarySearch(ascending, position);
        return found >= 0 ? found : -found - 1;
    }

    private int row(Part part, int keptIndex) {
        return batch.starts()[part.inBatch()] + kept[part.number()][keptIndex] - batch.before(part.inBatch());
    }

    @Override
    public int[] endRows() {
        List<Integer> rows = new ArrayList<>();
        for (Part part : parts) {
            Here here = here(part);
            for (int i = here.first(); i < here.end(); i++) {
                rows.add(row(part, i));
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
        float[][] wholes = new float[parts.size()][];
        for (int p = 0; p < wholes.length; p++) {
            int n = sequences.get(parts.get(p).number()).length;
            int rows = mean ? n : kept[parts.get(p).number()].length;
            wholes[p] = recorded.get(parts.get(p).number()).computeIfAbsent(site, _ -> Matrix.zeros(heads * rows, n)).data();
        }
        int[] firstParts = firstParts();
        return (s, head, position, weights, at, firstKey, count) -> {
            for (int p = firstParts[s]; p < firstParts[s + 1]; p++) {
                int[] own = kept[parts.get(p).number()];
                int n = sequences.get(parts.get(p).number()).length;
                int index = mean ? position : Arrays.binarySearch(own, position);
                if (index >= 0) {
                    int rows = mean ? n : own.length;
                    System.arraycopy(weights, at, wholes[p], (head * rows + index) * n + firstKey, count);
                }
            }
        };
    }

    /** Where the parts of each of the batch's sequences begin among all, and behind the last their number. */
    private int[] firstParts() {
        int[] first = new int[batch.sequences() + 1];
        for (Part part : parts) {
            first[part.inBatch() + 1]++;
        }
        Arrays.parallelPrefix(first, Integer::sum);
        return first;
    }

    @Override
    public void visit(Kind kind, int layer, Matrix states) {
        int firstEnd = 0;
        boolean end = kind == Kind.FINAL_NORM || kind == Kind.LOGITS;
        for (Part part : parts) {
            Here here = here(part);
            for (Site site : sites) {
                if (site.kind() == kind && site.layer() == layer && kind != Kind.ATTN_PATTERN) {
                    record(site, part, here, end ? firstEnd : -1, states);
                }
            }
            firstEnd += here.count();
        }
    }

    /** Takes a sequence's rows; {@code endRow} is the first of them where the states are of the end rows alone, else -1. */
    private void record(Site site, Part part, Here here, int endRow, Matrix states) {
        int width = site.head() < 0 ? states.columns() : states.columns() / heads;
        int column = Math.max(site.head(), 0) * width;
        TreeMap<Site, Matrix> own = recorded.get(part.number());
        Matrix target = own.computeIfAbsent(site, _ -> Matrix.zeros(mean ? 1 : kept[part.number()].length, width));
        double[] sum = mean ? sums.get(part.number()).computeIfAbsent(site, _ -> new double[width]) : new double[0];
        for (int i = here.first(); i < here.end(); i++) {
            int row = endRow >= 0 ? endRow + i - here.first() : row(part, i);
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

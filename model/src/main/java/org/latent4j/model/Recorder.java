package org.latent4j.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.latent4j.kernel.Matrix;
import org.latent4j.model.site.Positions;
import org.latent4j.model.site.Site;
import org.latent4j.model.site.Site.Kind;
import org.latent4j.model.transformer.Batch;
import org.latent4j.model.transformer.SiteVisitor;

/** Copies the wanted rows of the wanted sites out of a forward pass, sequence by sequence. */
final class Recorder implements SiteVisitor {
    private final Batch batch;
    private final int heads;
    private final Positions positions;
    private final int[][] kept;
    private final Map<Kind, Set<Integer>> layersByKind = new HashMap<>();
    private final List<Site> sites;
    private final List<TreeMap<Site, Matrix>> recorded = new ArrayList<>();
    private final float[][] patterns;
    private final int[] endRows;

    Recorder(Batch batch, int heads, List<Site> sites, Positions positions) {
        this.batch = batch;
        this.heads = heads;
        this.sites = sites;
        this.positions = positions;
        this.kept = new int[batch.sequences()][];
        this.patterns = new float[batch.sequences()][0];
        int rows = 0;
        for (int s = 0; s < batch.sequences(); s++) {
            kept[s] = positions.in(length(s));
            rows += kept[s].length;
            recorded.add(new TreeMap<>());
        }
        for (Site site : sites) {
            layersByKind.computeIfAbsent(site.kind(), _ -> new TreeSet<>()).add(site.layer());
        }
        this.endRows = endRows(rows);
    }

    private int length(int sequence) {
        return batch.starts()[sequence + 1] - batch.starts()[sequence];
    }

    private int[] endRows(int count) {
        int[] rows = new int[count];
        int at = 0;
        for (int s = 0; s < kept.length; s++) {
            for (int position : kept[s]) {
                rows[at++] = batch.starts()[s] + position;
            }
        }
        return rows;
    }

    @Override
    public int[] endRows() {
        return endRows;
    }

    @Override
    public boolean visits(Kind kind, int layer) {
        return layersByKind.getOrDefault(kind, Set.of()).contains(layer);
    }

    @Override
    public synchronized float[] pattern(int layer, int sequence) {
        if (!visits(Kind.ATTN_PATTERN, layer)) {
            return patterns[sequence].length == 0 ? patterns[sequence] : new float[0];
        }
        int n = length(sequence);
        if (patterns[sequence].length == 0) {
            patterns[sequence] = new float[Math.multiplyExact(heads, Math.multiplyExact(n, n))];
        }
        return patterns[sequence];
    }

    @Override
    public void visit(Kind kind, int layer, Matrix states) {
        int firstKept = 0;
        for (int s = 0; s < batch.sequences(); s++) {
            for (Site site : sites) {
                if (site.kind() == kind && site.layer() == layer) {
                    recorded.get(s).put(site, record(site, s, firstKept, states));
                }
            }
            firstKept += kept[s].length;
            if (kind == Kind.ATTN_PATTERN) {
                patterns[s] = new float[0];
            }
        }
    }

    private Matrix record(Site site, int sequence, int firstKept, Matrix states) {
        return switch (site.kind()) {
            case ATTN_PATTERN -> recordPattern(sequence);
            case FINAL_NORM, LOGITS -> rows(states, ascending(firstKept, kept[sequence].length), 0, states.columns());
            default -> {
                int[] rows = kept[sequence].clone();
                for (int i = 0; i < rows.length; i++) {
                    rows[i] += batch.starts()[sequence];
                }
                int width = site.head() < 0 ? states.columns() : states.columns() / heads;
                yield rows(states, rows, Math.max(site.head(), 0) * width, width);
            }
        };
    }

    private static int[] ascending(int from, int count) {
        int[] all = new int[count];
        Arrays.setAll(all, i -> from + i);
        return all;
    }

    private Matrix recordPattern(int sequence) {
        int n = length(sequence);
        Matrix whole = Matrix.of(heads * n, n, patterns[sequence]);
        int perHead = positions instanceof Positions.Mean ? 1 : kept[sequence].length;
        Matrix all = Matrix.zeros(heads * perHead, n);
        for (int head = 0; head < heads; head++) {
            int[] rows = kept[sequence].clone();
            for (int i = 0; i < rows.length; i++) {
                rows[i] += head * n;
            }
            Matrix one = rows(whole, rows, 0, n);
            System.arraycopy(one.data(), 0, all.data(), head * perHead * n, perHead * n);
        }
        return all;
    }

    /** Some rows of a range of columns; or their mean, summed in the order of position in double precision. */
    private Matrix rows(Matrix states, int[] rows, int column, int width) {
        if (positions instanceof Positions.Mean) {
            return mean(states, rows, column, width);
        }
        Matrix some = Matrix.zeros(rows.length, width);
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(states.data(), rows[i] * states.columns() + column, some.data(), i * width, width);
        }
        return some;
    }

    private static Matrix mean(Matrix states, int[] rows, int column, int width) {
        double[] sums = new double[width];
        for (int row : rows) {
            for (int c = 0; c < width; c++) {
                sums[c] += states.data()[row * states.columns() + column + c];
            }
        }
        Matrix mean = Matrix.zeros(1, width);
        for (int c = 0; c < width; c++) {
            mean.data()[c] = (float) (sums[c] / rows.length);
        }
        return mean;
    }

    /** What was recorded, a trace for each sequence. */
    List<Trace> traces() {
        List<Trace> traces = new ArrayList<>();
        for (int s = 0; s < batch.sequences(); s++) {
            int[] ids = Arrays.copyOfRange(batch.ids(), batch.starts()[s], batch.starts()[s + 1]);
            Map<Site, Matrix> states = new LinkedHashMap<>(recorded.get(s));
            traces.add(new Trace(ids, kept[s], positions instanceof Positions.Mean, states));
        }
        return traces;
    }
}

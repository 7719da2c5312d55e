package org.latent4j.insight.steering;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.latent4j.insight.direction.Direction;
import org.latent4j.kernel.Matrix;
import org.latent4j.model.Model;
import org.latent4j.model.PromptMode;
import org.latent4j.model.Trace;
import org.latent4j.model.site.Positions;
import org.latent4j.model.site.Site;
import org.latent4j.model.site.Sites;

/** How long states usually are at a site: the unit of strengths. */
public final class TypicalNorms {
    private TypicalNorms() {}

    /** By site: as the direction tells; where it doesn't, the median over the program's own neutral sentences. */
    public static Map<Site, Double> of(Model model, Direction direction, Collection<Site> sites) {
        Map<Site, Double> norms = new TreeMap<>();
        List<Site> unknown = sites.stream().filter(s -> !direction.typicalNorms().containsKey(s)).distinct().toList();
        sites.forEach(s -> norms.put(s, direction.typicalNorms().getOrDefault(s, Double.NaN)));
        if (!unknown.isEmpty()) {
            norms.putAll(measured(model, unknown));
        }
        return norms;
    }

    /** The median norm at every position of the neutral sentences but each first, whose norm is often a hundred times the others'. */
    static Map<Site, Double> measured(Model model, List<Site> sites) {
        List<int[]> ids = SweepTexts.neutral().stream().map(t -> model.tokens(t, PromptMode.RAW)).toList();
        String names = sites.stream().map(Site::toString).collect(Collectors.joining(","));
        List<Trace> traces = model.traces(ids, Sites.of(names.split(",")), Positions.ALL);
        Map<Site, Double> norms = new TreeMap<>();
        for (Site site : sites) {
            double[] all = traces.stream().map(t -> t.get(site)).flatMapToDouble(m -> java.util.stream.IntStream
                    .range(m.rows() > 1 ? 1 : 0, m.rows()).mapToDouble(r -> norm(m, r))).sorted().toArray();
            int middle = all.length / 2;
            norms.put(site, all.length % 2 == 1 ? all[middle] : (all[middle - 1] + all[middle]) / 2);
        }
        return norms;
    }

    private static double norm(Matrix states, int row) {
        float[] x = Arrays.copyOfRange(states.data(), row * states.columns(), (row + 1) * states.columns());
        return Math.sqrt(SteeringPlan.dot(x, x));
    }
}

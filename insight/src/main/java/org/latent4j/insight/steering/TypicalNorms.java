package org.latent4j.insight.steering;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
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

    /**
     * By site the median norm over the program's own neutral sentences, at every position but each first, whose norm is often a
     * hundred times the others'.
     */
    public static Map<Site, Double> of(Model model, Collection<Site> sites) {
        List<int[]> ids = SweepTexts.neutral().stream().map(t -> model.tokens(t, PromptMode.RAW)).toList();
        List<Trace> traces = model.traces(ids, Sites.of(sites.stream().map(Site::toString).toArray(String[]::new)), Positions.ALL);
        Map<Site, Double> norms = new TreeMap<>();
        for (Site site : sites) {
            double[] all = traces.stream().map(t -> t.get(site)).flatMapToDouble(TypicalNorms::norms).sorted().toArray();
            int middle = all.length / 2;
            norms.put(site, all.length % 2 == 1 ? all[middle] : (all[middle - 1] + all[middle]) / 2);
        }
        return norms;
    }

    private static DoubleStream norms(Matrix states) {
        return IntStream.range(states.rows() > 1 ? 1 : 0, states.rows()).mapToDouble(r -> {
            float[] x = states.row(r);
            return Math.sqrt(SteeringPlan.dot(x, x));
        });
    }
}

package org.latent4j.insight.steering;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.latent4j.kernel.Matrix;
import org.latent4j.model.Model;
import org.latent4j.model.Steering;
import org.latent4j.model.Trace;
import org.latent4j.model.site.Positions;
import org.latent4j.model.site.Site;
import org.latent4j.model.site.Sites;

/**
 * A model from some block on, for texts whose states there are known: below whatever is steered, a steered model is the plain one. What
 * comes of it is the same bits as if the whole model ran.
 */
final class UpperModel {
    private final Model model;
    private final Map<Integer, Model> from = new HashMap<>();

    UpperModel(Model model) {
        this.model = model;
    }

    Model whole() {
        return model;
    }

    /** The block that a site belongs to; 0 for those that belong to none, for nothing may be left out on their account. */
    static int block(Site site) {
        return site.kind().byLayer() ? site.layer() : 0;
    }

    /** What a site is called in the model from a block on. */
    static Site site(Site site, int block) {
        return site.kind().byLayer() ? new Site(site.kind(), site.layer() - block, site.head()) : site;
    }

    /** Where the states are that the model from a block on, not the first, begins with: nothing at that block edits them there. */
    static Site entrance(int block) {
        return Site.of(Site.Kind.RESID_POST, block - 1);
    }

    /** Whether a site lies below a block. */
    static boolean isBelow(Site site, int block) {
        return block > 0 && site.compareTo(entrance(block)) <= 0;
    }

    /**
     * Runs texts from a block on.
     *
     * @param states at the block's {@link #entrance}, for each text at all positions; none are needed for block 0
     * @param steering of the model from that block on
     * @param sites as the whole model calls them, none below the block
     * @return traces, whose sites are called as {@link #site} says
     */
    List<Trace> run(List<int[]> texts, int block, List<Matrix> states, Steering steering, List<Site> sites, Positions positions) {
        Sites wanted = Sites.of(sites.stream().map(s -> site(s, block).toString()).toArray(String[]::new));
        if (block == 0) {
            return model.traces(texts, wanted, positions, steering).traces();
        }
        List<Steering> steerings = IntStream.range(0, texts.size())
                .mapToObj(t -> Steering.replace(states.get(t), Sites.of("embed")).then(steering)).toList();
        return from.computeIfAbsent(block, model::from).traces(texts, wanted, positions, steerings).traces();
    }
}

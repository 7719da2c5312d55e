package org.latent4j.model;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.model.site.Site;

/**
 * What one run recorded of one text: hidden states by site. Immutable but for the arrays inside the matrices.
 */
public final class Trace {
    private final int[] ids;
    private final int[] positions;
    private final boolean mean;
    private final Map<Site, Matrix> states;

    Trace(int[] ids, int[] positions, boolean mean, Map<Site, Matrix> states) {
        this.ids = ids;
        this.positions = positions;
        this.mean = mean;
        this.states = states;
    }

    /** The token ids that the model saw. */
    public int[] ids() {
        return ids.clone();
    }

    /** The positions whose states were kept, ascending; for a mean, those it was taken over. */
    public int[] positions() {
        return positions.clone();
    }

    /** The sites recorded, in the order of the forward pass. */
    public List<Site> sites() {
        return List.copyOf(states.keySet());
    }

    /**
     * The states at a site, {@code [positions, width]}; for {@code attn_pattern} {@code [heads * positions, positions of
     * the text]}, head after head.
     *
     * @param site a site's name, like {@code resid_post.12}
     * @throws LatentException if it wasn't recorded
     */
    public Matrix get(String site) {
        for (Map.Entry<Site, Matrix> entry : states.entrySet()) {
            if (entry.getKey().toString().equals(site)) {
                return entry.getValue();
            }
        }
        throw new LatentException("site '%s' was not recorded; recorded are %s".formatted(site, summary()));
    }

    /** The states at a site, see {@link #get(String)}. */
    public Matrix get(Site site) {
        @Nullable
        Matrix found = states.get(site);
        return found != null ? found : get(site.toString());
    }

    /** The shape of the tensor at a site: {@code [positions, width]}, for {@code attn_pattern} {@code [heads, positions, positions of the text]}. */
    public int[] shape(Site site) {
        Matrix matrix = get(site);
        if (site.kind() != Site.Kind.ATTN_PATTERN) {
            return new int[]{matrix.rows(), matrix.columns()};
        }
        int rows = mean ? 1 : positions.length;
        return new int[]{matrix.rows() / rows, rows, matrix.columns()};
    }

    private String summary() {
        List<Site> sites = sites();
        return sites.size() <= 6 ? sites.toString() : sites.subList(0, 3) + " … " + sites.getLast() + " (" + sites.size() + ")";
    }
}

package org.latent4j.insight.steering;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.latent4j.kernel.Matrix;
import org.latent4j.model.Intervention;
import org.latent4j.model.Steering;
import org.latent4j.model.site.Site;
import org.latent4j.model.site.Sites;

/** The states of one text at some sites below all that is steered, kept while it is written: the plain model would have the same. */
final class Watched {
    private final Map<Site, List<float[]>> states = new LinkedHashMap<>();

    Watched(Set<Site> sites) {
        sites.forEach(site -> states.put(site, new ArrayList<>()));
    }

    /** What keeps them: changes nothing. */
    Steering steering() {
        return Steering.with("watch", this::keep, Sites.of(states.keySet().stream().map(Site::toString).toArray(String[]::new)));
    }

    private void keep(Intervention.State state) {
        float[] own = Arrays.copyOfRange(state.matrix().data(), state.offset(), state.offset() + state.width());
        List<float[]> rows = Objects.requireNonNull(states.get(state.site()));
        if (state.position() == rows.size()) {
            rows.add(own);
        }
    }

    /** Whether it has so many positions of a site. */
    boolean has(Site site, int positions) {
        return states.containsKey(site) && Objects.requireNonNull(states.get(site)).size() >= positions;
    }

    /** The first states at a site, {@code [positions, width]}. */
    Matrix at(Site site, int positions) {
        List<float[]> rows = Objects.requireNonNull(states.get(site));
        Matrix matrix = Matrix.zeros(positions, rows.getFirst().length);
        for (int r = 0; r < positions; r++) {
            System.arraycopy(rows.get(r), 0, matrix.data(), r * matrix.columns(), matrix.columns());
        }
        return matrix;
    }
}

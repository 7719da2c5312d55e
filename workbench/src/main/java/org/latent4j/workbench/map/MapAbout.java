package org.latent4j.workbench.map;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a map says of itself.
 *
 * @param title its heading
 * @param method how it was made, in one line: {@code UMAP, 15 neighbours, cosine, seed 1}
 * @param colour the column that it is coloured by at first; where there is none, the first
 * @param provenance how it can be made again, as text by name: inputs with SHA-256, model, versions, command line; in order
 */
public record MapAbout(String title, String method, Optional<String> colour, Map<String, String> provenance) {
    /** Copies the provenance. */
    public MapAbout {
        provenance = Collections.unmodifiableMap(new LinkedHashMap<>(provenance));
    }
}

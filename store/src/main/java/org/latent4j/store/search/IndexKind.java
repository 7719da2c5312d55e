package org.latent4j.store.search;

import java.util.Locale;
import java.util.Optional;
import org.latent4j.space.Metric;

/**
 * What an index holds.
 *
 * @param vectors the form of the vectors in its graph; empty where it is for keywords
 * @param metric what nearness is
 */
record IndexKind(Optional<Vectors> vectors, Metric metric) {
    /** Words of names and fields. */
    static final IndexKind KEYWORDS = new IndexKind(Optional.empty(), Metric.COSINE);

    /** How a graph's vectors are kept. */
    enum Vectors {
        /** As they are. */
        FLOAT,
        /** A byte a coordinate, and as they are beside it. */
        BYTE
    }

    /** Whether there is an index for a metric. */
    static boolean serves(Metric metric) {
        return metric == Metric.COSINE || metric == Metric.DOT || metric == Metric.EUCLIDEAN || metric == Metric.ANGULAR;
    }

    /** The folder within {@code index}. */
    String folder() {
        return vectors.map(form -> "hnsw-%s-%s".formatted(form.name().toLowerCase(Locale.ROOT),
                (metric == Metric.ANGULAR ? Metric.COSINE : metric).name().toLowerCase(Locale.ROOT))).orElse("keywords");
    }
}

package org.latent4j.store.search;

import java.util.List;
import java.util.Optional;

/**
 * What searches a space by a structure made before: the seam behind which a search engine stands. Safe for use from several threads.
 * Points that the space doesn't have, because it was opened before they were added, are never found.
 */
interface SearchIndex extends AutoCloseable {
    /**
     * The points whose names and fields have some of a text's words, best first (BM25).
     *
     * @throws org.latent4j.kernel.LatentException if the condition names a field that isn't there
     */
    List<Hit> keywords(String text, int k, Optional<Where> where);

    /**
     * Some of the nearest points, approximately.
     *
     * @param candidates how many are looked at: the more, the likelier the nearest are among them
     * @return at most so many, in no promised order
     * @throws org.latent4j.kernel.LatentException if the condition names a field that isn't there
     */
    int[] near(float[] query, int candidates, Optional<Where> where);

    /** What was measured of it when it was made; none for keywords. */
    Recall recall();

    @Override
    void close();
}

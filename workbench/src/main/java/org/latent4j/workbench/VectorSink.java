package org.latent4j.workbench;

import java.io.IOException;
import java.util.Map;

/**
 * Where vectors go, text after text. What was noted by {@link #checkpoint} survives the end of the program at any moment; what came
 * after it is written again by the next run.
 */
interface VectorSink extends AutoCloseable {
    /** The texts before this one are in for good. */
    int done();

    /** What was counted in them. */
    long count(String name);

    /**
     * Takes one piece of a text, in order.
     *
     * @param text the text's number in the input
     * @param piece which piece of it, from 0
     * @param content the piece
     * @param vector {@code [width]}
     */
    void add(int text, int piece, TextRow row, String content, float[] vector) throws IOException;

    /** Notes that the texts before {@code texts} are in. */
    void checkpoint(int texts, Map<String, Long> counts) throws IOException;

    /**
     * Ends: what was written appears in its place.
     *
     * @return how many vectors there are
     */
    long finish() throws IOException;

    /** Lets go of it; what isn't finished is gone on with later. */
    @Override
    void close();
}

package org.latent4j.workbench;

import java.io.IOException;

/**
 * Where vectors go, one after the other. What was noted by {@link #checkpoint} survives the end of the program at any moment; the next
 * run goes on behind it.
 */
interface VectorSink extends AutoCloseable {
    /** How many vectors are in already. */
    long done();

    /**
     * Takes the next vector.
     *
     * @param piece what it is of
     * @param vector {@code [width]}
     */
    void add(TextPiece piece, float[] vector) throws IOException;

    /** Notes that what was added is in for good. */
    void checkpoint() throws IOException;

    /** Ends: what was written appears in its place. */
    void finish() throws IOException;

    /** Lets go of it; what isn't finished is gone on with later. */
    @Override
    void close();
}

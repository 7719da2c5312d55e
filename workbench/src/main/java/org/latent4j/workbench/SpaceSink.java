package org.latent4j.workbench;

import java.nio.file.Path;
import org.latent4j.space.Origin;
import org.latent4j.store.SpaceWriter;

/**
 * Vectors into a {@code .space}: points named by the file's column of names, else by their texts or their numbers from 1, with the
 * text and all columns as fields. Pieces of a text are points of their own, {@code NAME#2}, with the fields {@code document} and {@code piece}.
 */
final class SpaceSink implements VectorSink {
    private final SpaceWriter writer;
    private final boolean named;

    /**
     * Begins, or goes on behind the points that are there.
     *
     * @param named whether texts are names where no column is
     * @param restart whether what an earlier run left is thrown away
     */
    SpaceSink(Path folder, int width, Origin origin, boolean named, boolean restart) {
        writer = restart
                ? SpaceWriter.create(folder, width, SpaceWriter.Type.F32, origin)
                : SpaceWriter.resume(folder, width, SpaceWriter.Type.F32, origin);
        this.named = named;
    }

    @Override
    public long done() {
        return writer.points();
    }

    @Override
    public void add(TextPiece piece, float[] vector) {
        TextRow row = piece.row();
        String name = row.name().orElse(named ? row.text() : Integer.toString(piece.text() + 1));
        writer.add(piece.called(name), piece.fields(name), vector);
    }

    @Override
    public void checkpoint() {
        writer.checkpoint();
    }

    @Override
    public void finish() {
        writer.finish();
    }

    @Override
    public void close() {
        writer.close();
    }
}

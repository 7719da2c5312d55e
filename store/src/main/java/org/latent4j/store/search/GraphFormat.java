package org.latent4j.store.search;

import java.io.IOException;
import java.util.concurrent.ExecutorService;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.KnnVectorsReader;
import org.apache.lucene.codecs.KnnVectorsWriter;
import org.apache.lucene.codecs.lucene104.Lucene104Codec;
import org.apache.lucene.codecs.lucene104.Lucene104HnswScalarQuantizedVectorsFormat;
import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsFormat;
import org.apache.lucene.index.SegmentReadState;
import org.apache.lucene.index.SegmentWriteState;
import org.apache.lucene.util.quantization.QuantizedByteVectorValues.ScalarEncoding;
import org.jspecify.annotations.Nullable;

/**
 * Lucene's own HNSW formats, with one difference while a graph is made: documents that come in are written flat, and the graph is
 * made once, with all threads, when they are merged. Lucene would otherwise make a graph of each part as its documents come, on the
 * thread that brings them. Readers need nothing of this: they find Lucene's formats by name.
 */
final class GraphFormat extends KnnVectorsFormat {
    /** Links of a node, and how many candidates are looked at to find them: measured against hnswlib's 16 and 200 (see IndexSpeed in bench). */
    static final int LINKS = 16;
    static final int BEAM = 100;

    private static final int WIDEST = 1 << 16;
    private static final int NEVER = Integer.MAX_VALUE;

    private final KnnVectorsFormat flat;
    private final KnnVectorsFormat graph;

    private GraphFormat(KnnVectorsFormat flat, KnnVectorsFormat graph) {
        super(graph.getName());
        this.flat = flat;
        this.graph = graph;
    }

    /** A codec that keeps vectors in a form. */
    static Lucene104Codec codec(IndexKind.Vectors form, int threads, ExecutorService pool) {
        @Nullable
        ExecutorService executor = threads > 1 ? pool : null; // as Lucene wants it
        KnnVectorsFormat format = switch (form) {
            case FLOAT -> new GraphFormat(
                    new Lucene99HnswVectorsFormat(LINKS, BEAM, 1, null, NEVER),
                    new Lucene99HnswVectorsFormat(LINKS, BEAM, threads, executor, 0));
            case BYTE -> new GraphFormat(
                    new Lucene104HnswScalarQuantizedVectorsFormat(ScalarEncoding.UNSIGNED_BYTE, LINKS, BEAM, 1, null, NEVER),
                    new Lucene104HnswScalarQuantizedVectorsFormat(ScalarEncoding.UNSIGNED_BYTE, LINKS, BEAM, threads, executor, 0));
        };
        return new Lucene104Codec() {
            @Override
            public KnnVectorsFormat getKnnVectorsFormatForField(String field) {
                return format;
            }
        };
    }

    @Override
    public KnnVectorsWriter fieldsWriter(SegmentWriteState state) throws IOException {
        return (state.context.mergeInfo() == null ? flat : graph).fieldsWriter(state);
    }

    @Override
    public KnnVectorsReader fieldsReader(SegmentReadState state) throws IOException {
        return graph.fieldsReader(state);
    }

    @Override
    public int getMaxDimensions(String field) {
        return WIDEST;
    }
}

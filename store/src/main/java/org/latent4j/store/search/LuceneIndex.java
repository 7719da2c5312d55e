package org.latent4j.store.search;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.DocValues;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.SortedNumericDocValues;
import org.apache.lucene.search.AcceptDocs;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.latent4j.kernel.LatentException;
import org.latent4j.space.Metric;

/** An index of Lucene's, opened for reading: as it was at its last commit, whatever is written meanwhile. */
final class LuceneIndex implements SearchIndex {
    private final Directory directory;
    private final DirectoryReader reader;
    private final IndexSearcher searcher;
    private final Analyzer analyzer = LuceneFields.analyzer();
    private final Metric metric;
    private final IntUnaryOperator items;
    /** The ordinal of each document. */
    private final int[] ordinals;
    private final Recall recall;

    /**
     * Opens the last commit.
     *
     * @param directory is closed with this
     * @param items the item of an ordinal in the space as it was opened, -1 where it has none
     * @param through whether all of it is read and compared with its check sums
     */
    LuceneIndex(Directory directory, Metric metric, IntUnaryOperator items, boolean through) throws IOException {
        this.directory = directory;
        this.reader = DirectoryReader.open(directory);
        this.metric = metric;
        this.items = items;
        this.searcher = new IndexSearcher(reader);
        searcher.setQueryCache(null);
        Map<String, String> data = reader.getIndexCommit().getUserData();
        this.recall = data.containsKey(LuceneBuilder.RECALL) ? Recall.read(data.get(LuceneBuilder.RECALL)) : Recall.NONE;
        this.ordinals = new int[reader.maxDoc()];
        for (LeafReaderContext leaf : reader.leaves()) {
            if (through) {
                leaf.reader().checkIntegrity();
            }
            SortedNumericDocValues values = DocValues.getSortedNumeric(leaf.reader(), LuceneFields.ORDINAL);
            while (values.nextDoc() != DocIdSetIterator.NO_MORE_DOCS) {
                ordinals[leaf.docBase + values.docID()] = (int) values.nextValue();
            }
        }
    }

    @Override
    public Recall recall() {
        return recall;
    }

    private OptionalInt item(int document) {
        int item = items.applyAsInt(ordinals[document]);
        return item < 0 ? OptionalInt.empty() : OptionalInt.of(item);
    }

    private Optional<Query> filter(Optional<Where> where) {
        where.ifPresent(condition -> condition.requireFields(LuceneFields.fields(reader)));
        return where.map(condition -> LuceneFields.query(condition.condition()));
    }

    @Override
    public List<Hit> keywords(String text, int k, Optional<Where> where) {
        try {
            BooleanQuery.Builder query = new BooleanQuery.Builder().add(LuceneFields.words(analyzer, text), Occur.MUST);
            filter(where).ifPresent(condition -> query.add(condition, Occur.FILTER));
            List<Hit> hits = new ArrayList<>();
            for (ScoreDoc found : searcher.search(query.build(), Math.max(1, k)).scoreDocs) {
                item(found.doc).ifPresent(item -> hits.add(new Hit(item, found.score)));
            }
            return hits;
        } catch (LatentException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            throw trouble(e);
        }
    }

    @Override
    public int[] near(float[] query, int candidates, Optional<Where> where) {
        float[] prepared = LuceneFields.prepared(query, metric);
        int most = Math.min(candidates, Math.max(1, reader.maxDoc()));
        try {
            Optional<Query> filter = filter(where);
            if (filter.isPresent()) {
                return items(searcher.search(new KnnFloatVectorQuery(LuceneFields.VECTOR, prepared, most, filter.get()), most), 0)
                        .toArray();
            }
            int[] found = {};
            for (LeafReaderContext context : reader.leaves()) { // without what a query costs around it
                LeafReader leaf = context.reader();
                AcceptDocs accepted = AcceptDocs.fromLiveDocs(leaf.getLiveDocs(), leaf.maxDoc());
                TopDocs docs = leaf.searchNearestVectors(LuceneFields.VECTOR, prepared, most, accepted, Integer.MAX_VALUE);
                int[] more = items(docs, context.docBase).toArray();
                int before = found.length;
                found = Arrays.copyOf(found, before + more.length);
                System.arraycopy(more, 0, found, before, more.length);
            }
            return found;
        } catch (LatentException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            throw trouble(e);
        }
    }

    private IntStream items(TopDocs docs, int base) {
        return Arrays.stream(docs.scoreDocs).mapToInt(doc -> items.applyAsInt(ordinals[base + doc.doc])).filter(item -> item >= 0);
    }

    /** Damaged files are met in many ways; what they lead to isn't trusted. */
    private LatentException trouble(Exception e) {
        String place = directory instanceof FSDirectory files ? files.getDirectory().toString() : "memory";
        return new LatentException("the index in %s is damaged (%s); delete that folder, it is made anew".formatted(place,
                String.valueOf(e.getMessage()).lines().findFirst().orElse("")), e);
    }

    @Override
    public void close() {
        try (directory; reader; analyzer) {
            // nothing to do before
        } catch (IOException _) {
            // only read from
        }
    }
}

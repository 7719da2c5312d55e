package org.latent4j.store.search;

import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.IntUnaryOperator;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.apache.lucene.document.LongField;
import org.apache.lucene.index.CorruptIndexException;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexFormatTooNewException;
import org.apache.lucene.index.IndexFormatTooOldException;
import org.apache.lucene.index.IndexNotFoundException;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LogDocMergePolicy;
import org.apache.lucene.index.SerialMergeScheduler;
import org.apache.lucene.index.TieredMergePolicy;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.store.AlreadyClosedException;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.store.FilterDirectory;
import org.apache.lucene.store.Lock;
import org.apache.lucene.store.LockObtainFailedException;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Progress;
import org.latent4j.kernel.WorkerPool;
import org.latent4j.space.Space;
import org.latent4j.store.StoredItems;

/**
 * Makes the index of a space and brings it up to date. It lies in the space's folder {@code index} and holds nothing that isn't in the
 * space: one that belongs to other files, or is damaged, is made anew; one that lacks the last changes is given them. It is committed
 * whole, so that a process that ends while it is made leaves what was there before.
 */
final class LuceneBuilder {
    static final String RECALL = "recall";

    private static final String BASE = "base";
    private static final String CHANGES = "changes";
    private static final String FORMAT = "format";
    /** Changes when documents or what is noted of them do. */
    private static final String VERSION = "2";
    private static final int BUFFER_MEGABYTES = 256;
    private static final int REPORTED = 1_000;
    /** Lucene tells on standard error how it computes; held, for a logger that nobody holds forgets its level. */
    private static final Logger LUCENE = Logger.getLogger("org.apache.lucene");

    /** Lucene's own limit is below what a condition may have; {@link WhereParser} limits those by their length. */
    private static final int MOST_CLAUSES = 20_000;

    static {
        LUCENE.setLevel(Level.WARNING);
        IndexSearcher.setMaxClauseCount(MOST_CLAUSES);
    }

    private final Space space;
    private final Optional<StoredItems> stored;
    private final IndexKind kind;
    private final WorkerPool pool;
    private final Progress progress;
    private final boolean through;

    /**
     * Prepares.
     *
     * @param through whether an index that is there is read through, so that no damage is overlooked; a search sees only what it touches
     */
    LuceneBuilder(Space space, IndexKind kind, WorkerPool pool, Progress progress, boolean through) {
        this.space = space;
        this.stored = StoredItems.of(space);
        this.kind = kind;
        this.pool = pool;
        this.progress = progress;
        this.through = through;
    }

    /** Where the index of a space lies; empty where the space isn't a folder's. */
    static Optional<Path> place(Space space, IndexKind kind) {
        return StoredItems.of(space).map(items -> items.folder().resolve("index").resolve(kind.folder()));
    }

    /** Whether a space has an index of a kind, be it up to date or not. */
    static boolean isThere(Space space, IndexKind kind) {
        try {
            Optional<Path> place = place(space, kind);
            if (place.isEmpty() || !Files.isDirectory(place.get())) {
                return false;
            }
            try (Directory directory = FSDirectory.open(place.get())) {
                return DirectoryReader.indexExists(directory);
            }
        } catch (IOException _) {
            return false;
        }
    }

    /** An index that can't be had now: someone else makes it, or its folder can't be written. */
    static final class Unavailable extends Exception {
        private static final long serialVersionUID = 1L;

        Unavailable(String why, Throwable cause) {
            super(why, cause);
        }
    }

    /**
     * Opens the index, made or brought up to date where need be.
     *
     * @throws Unavailable if that can't be done now; the message says why
     */
    SearchIndex open() throws Unavailable {
        Optional<Path> place = place(space, kind);
        if (place.isEmpty()) {
            return inMemory();
        }
        try {
            Directory directory = FSDirectory.open(Files.createDirectories(place.get()));
            try {
                return opened(directory);
            } catch (IOException | RuntimeException e) {
                directory.close();
                throw e;
            }
        } catch (LockObtainFailedException e) {
            throw new Unavailable("another process is making the index", e);
        } catch (IOException e) {
            throw new Unavailable("the index can't be written: " + reason(e), e);
        }
    }

    private static String reason(IOException e) {
        String message = String.valueOf(e.getMessage());
        return message.toLowerCase(Locale.ROOT).contains("no space left")
                ? "the disk is full"
                : e instanceof AccessDeniedException ? "permission denied for " + message : message;
    }

    /** What is damaged is made anew: the index holds nothing that isn't in the space. */
    private SearchIndex opened(Directory directory) throws IOException {
        try {
            State state = state(directory);
            if (!state.current()) {
                write(directory, state);
            }
            return new LuceneIndex(directory, kind.metric(), items(), through);
        } catch (IOException | RuntimeException e) {
            if (!isDamage(e)) {
                throw e;
            }
            clear(directory);
            write(directory, State.NONE);
            return new LuceneIndex(directory, kind.metric(), items(), false);
        }
    }

    /** Whether that is how Lucene meets files that are cut off, changed or gone; full disks and other writers it tells otherwise. */
    private static boolean isDamage(Exception e) {
        return switch (e) {
            case LatentException _ -> false;
            case RuntimeException _ -> true;
            case CorruptIndexException _,EOFException _,FileNotFoundException _,NoSuchFileException _ -> true;
            case IndexFormatTooOldException _,IndexFormatTooNewException _ -> true;
            default -> false;
        };
    }

    private static void clear(Directory directory) throws IOException {
        try (Lock _ = directory.obtainLock(IndexWriter.WRITE_LOCK_NAME)) {
            for (String file : directory.listAll()) {
                if (!file.equals(IndexWriter.WRITE_LOCK_NAME)) {
                    directory.deleteFile(file);
                }
            }
        }
    }

    /** An index for this process alone. */
    SearchIndex inMemory() {
        try {
            Directory directory = new ByteBuffersDirectory();
            write(directory, State.NONE);
            return new LuceneIndex(directory, kind.metric(), items(), false);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private IntUnaryOperator items() {
        return stored.<IntUnaryOperator>map(items -> items::item).orElse(ordinal -> ordinal);
    }

    /**
     * What an index has.
     *
     * @param usable whether it belongs to the space's files
     * @param current whether it has all changes that the space has
     * @param ordinals how many ordinals it has seen
     */
    private record State(boolean usable, boolean current, int ordinals) {
        static final State NONE = new State(false, false, 0);
    }

    private State state(Directory directory) throws IOException {
        if (stored.isEmpty()) {
            return State.NONE;
        }
        StoredItems items = stored.get();
        try (DirectoryReader reader = DirectoryReader.open(directory)) {
            return state(items, reader.getIndexCommit().getUserData());
        } catch (IndexNotFoundException | CorruptIndexException | IndexFormatTooOldException | IndexFormatTooNewException
                | IllegalArgumentException _) {
            return State.NONE; // never finished, damaged, or of another version: what it holds is in the space
        } catch (FileNotFoundException | NoSuchFileException | EOFException _) {
            return State.NONE;
        }
    }

    private State state(StoredItems items, Map<String, String> data) {
        if (!VERSION.equals(data.get(FORMAT)) || !items.base().equals(data.get(BASE))) {
            return State.NONE;
        }
        String[] seen = data.getOrDefault(CHANGES, "0 0").split(" ");
        // Whoever made it may have been killed before its recall was measured.
        boolean measured = kind.vectors().isEmpty() || !Recall.NONE.equals(Recall.read(data.getOrDefault(RECALL, "0")));
        return new State(true, measured && Integer.parseInt(seen[0]) >= items.changes(), Integer.parseInt(seen[1]));
    }

    private void write(Directory directory, State found) throws IOException {
        ExecutorService executor = Executors.newFixedThreadPool(pool.threads());
        try (IndexWriter writer = new IndexWriter(directory, config(found, executor))) {
            try {
                State state = found.usable ? locked(writer) : found;
                if (state.current) {
                    return;
                }
                add(writer, state);
                bury(writer, state);
                if (!state.usable) {
                    writer.forceMerge(1);
                }
                commit(writer, Recall.NONE);
                if (kind.vectors().isPresent()) {
                    try (LuceneIndex index = new LuceneIndex(new Shared(directory), kind.metric(), items(), false)) {
                        commit(writer, RecallMeasure.of(index, space, kind.metric(), pool));
                    }
                }
            } catch (IOException | RuntimeException | Error e) {
                writer.rollback();
                throw e;
            }
        } catch (AlreadyClosedException e) {
            throw new IOException(e.getMessage(), e);
        } finally {
            executor.shutdown();
        }
    }

    /** The state again, now that nobody else can change it: another process may have been quicker. */
    private State locked(IndexWriter writer) throws IOException {
        Map<String, String> data = new HashMap<>();
        writer.getLiveCommitData().forEach(entry -> data.put(entry.getKey(), entry.getValue()));
        State state = state(stored.orElseThrow(), data);
        if (!state.usable) {
            throw new LockObtainFailedException("the index was made anew meanwhile");
        }
        return state;
    }

    private IndexWriterConfig config(State state, ExecutorService executor) {
        IndexWriterConfig config = new IndexWriterConfig(LuceneFields.analyzer())
                .setOpenMode(state.usable ? IndexWriterConfig.OpenMode.APPEND : IndexWriterConfig.OpenMode.CREATE)
                .setRAMBufferSizeMB(BUFFER_MEGABYTES)
                .setUseCompoundFile(false)
                .setCommitOnClose(false)
                .setMergeScheduler(new SerialMergeScheduler());
        kind.vectors().ifPresent(form -> config.setCodec(GraphFormat.codec(form, pool.threads(), executor)));
        if (state.usable) {
            return config.setMergePolicy(new TieredMergePolicy());
        }
        LogDocMergePolicy once = new LogDocMergePolicy(); // all parts at the end
        once.setMergeFactor(10_000);
        return config.setMergePolicy(once);
    }

    private void add(IndexWriter writer, State state) throws IOException {
        String what = "Indexing " + (kind.vectors().isPresent() ? "vectors" : "words");
        for (int item = 0; item < space.size(); item++) {
            int ordinal = ordinal(item);
            if (ordinal >= state.ordinals) {
                writer.addDocument(LuceneFields.document(space.items(), item, ordinal, vector(item), kind.metric()));
            }
            if (item == space.size() / 2) {
                writer.flush(); // two parts at least: a graph is made when parts are merged
            }
            if (item % REPORTED == 0) {
                progress.report(what, item, space.size(), Progress.Unit.STEPS);
            }
        }
        progress.report(what, space.size(), space.size(), Progress.Unit.STEPS);
    }

    private Optional<float[]> vector(int item) {
        if (kind.vectors().isEmpty()) {
            return Optional.empty();
        }
        space.requireFinite(item);
        return Optional.of(space.vector(item));
    }

    private int ordinal(int item) {
        return stored.isPresent() ? stored.get().ordinal(item) : item;
    }

    /** Deletes what the index has and the space hasn't. */
    private void bury(IndexWriter writer, State state) throws IOException {
        int next = 0;
        for (int item = 0; item <= space.size() && next < state.ordinals; item++) {
            int alive = item < space.size() ? Math.min(ordinal(item), state.ordinals) : state.ordinals;
            if (alive > next) {
                writer.deleteDocuments(LongField.newRangeQuery(LuceneFields.ORDINAL, next, alive - 1L));
            }
            next = alive + 1;
        }
    }

    private void commit(IndexWriter writer, Recall recall) throws IOException {
        Map<String, String> data = new HashMap<>();
        data.put(FORMAT, VERSION);
        stored.ifPresent(items -> {
            data.put(BASE, items.base());
            data.put(CHANGES, items.changes() + " " + items.ordinals());
        });
        if (!recall.steps().isEmpty()) {
            data.put(RECALL, recall.written());
        }
        writer.setLiveCommitData(data.entrySet());
        writer.commit();
    }

    /** A directory that outlives who reads it. */
    private static final class Shared extends FilterDirectory {
        Shared(Directory directory) {
            super(directory);
        }

        @Override
        public void close() {
            // its owner does
        }
    }
}

package org.latent4j.workbench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.Progress;
import org.latent4j.model.encoder.Encoder;

/**
 * Texts of a file to vectors. The file is read twice, first to check and count, then to encode; only some thousand tokens of it are
 * in memory. A text's vector doesn't depend on the batch it ran in, so work that was interrupted ends in the same bytes as work that
 * wasn't.
 */
final class Encode {
    /** Texts are gathered until they have so many tokens. */
    private static final int WINDOW_TOKENS = 4096;
    /** Longer texts are no names. */
    private static final int LONGEST_NAME = 100;

    /**
     * What is to be encoded.
     *
     * @param chunk the most tokens of a piece, if long texts are cut into pieces that are kept
     * @param overlap how many of them a piece shares with the one before
     * @param checkpointNanos how much time may pass until it is noted how far the work has come
     */
    record Request(TextRows.Source source, OptionalInt chunk, int overlap, long checkpointNanos) {}

    /**
     * What the first reading found.
     *
     * @param texts how many there are
     * @param named whether texts, where no column names them, can do so themselves: all short, none twice
     */
    record Survey(int texts, String sha256, boolean named) {}

    /**
     * What was done.
     *
     * @param tokens of all texts
     * @param cut how many texts were longer than the encoder takes
     * @param empty how many texts have nothing in them
     * @param ran how many texts this run encoded
     */
    record Result(int texts, long vectors, long tokens, long cut, int empty, int ran, long nanos) {}

    private final Encoder encoder;
    private final Request request;
    private final Progress progress;
    private final Consumer<String> notes;
    private final List<TextPiece> window = new ArrayList<>();
    private final List<int[]> ids = new ArrayList<>();
    private int windowTokens;
    private long vectors;
    private long tokens;
    private long cut;
    private int empty;
    private String firstEmpty = "";

    /**
     * Prepares the work; {@code notes} hears what the user should know, a line each.
     *
     * @throws LatentException if pieces of this length don't fit the encoder
     */
    Encode(Encoder encoder, Request request, Progress progress, Consumer<String> notes) {
        this.encoder = encoder;
        this.request = request;
        this.progress = progress;
        this.notes = notes;
        request.chunk.ifPresent(most -> encoder.chunks("", most, request.overlap));
    }

    /**
     * Reads all texts once.
     *
     * @throws LatentException if the file has a mistake, no text, or a name twice
     */
    static Survey survey(TextRows.Source source, Progress progress) {
        long size = source.file().toFile().length();
        try (TextRows rows = source.open(
                bytes -> progress.report("Checking the texts", bytes, Math.max(size, bytes), Progress.Unit.BYTES))) {
            NameHashes names = new NameHashes();
            boolean ownNames = false;
            boolean named = true;
            int texts = 0;
            for (TextRow row = rows.next(); row != null; row = rows.next(), texts++) {
                ownNames |= row.name().isPresent();
                named &= !row.text().isBlank() && row.text().length() <= LONGEST_NAME;
                if (ownNames || named) {
                    names.add(row.name().orElse(row.text()));
                }
            }
            if (texts == 0) {
                throw new LatentException("%s holds no text".formatted(source.file()));
            }
            OptionalLong twice = ownNames || named ? names.twice() : OptionalLong.empty();
            if (ownNames && twice.isPresent()) {
                throw twice(source, twice.getAsLong());
            }
            return new Survey(texts, rows.sha256(), named && twice.isEmpty());
        }
    }

    private static LatentException twice(TextRows.Source source, long hash) {
        String first = "";
        try (TextRows rows = source.open(_ -> {})) {
            for (TextRow row = rows.next(); row != null; row = rows.next()) {
                if (row.name().isPresent() && NameHashes.of(row.name().get()) == hash) {
                    if (!first.isEmpty()) {
                        return new LatentException("%s: the name '%s' is there already (%s); choose another column with --name-column"
                                .formatted(row.origin(), row.name().get(), first));
                    }
                    first = row.origin();
                }
            }
        }
        return new LatentException("%s changed while it was read".formatted(source.file()));
    }

    /**
     * Encodes all texts whose vectors aren't there yet. If it fails, it can be gone on with. Texts that are done are cut into tokens
     * again: so it is known where to go on, and what to tell of them.
     *
     * @throws LatentException if the input is no longer what was surveyed, or a text can't be encoded
     */
    Result run(Survey survey, VectorSink sink) throws IOException {
        long begun = System.nanoTime();
        long done = sink.done();
        int ran = 0;
        try (TextRows rows = request.source.open(_ -> {})) {
            long checkpointed = System.nanoTime();
            int text = 0;
            for (TextRow row = rows.next(); row != null; row = rows.next(), text++) {
                if (text >= survey.texts) {
                    throw changed();
                }
                ran += add(text, row, done) ? 1 : 0;
                if (windowTokens >= WINDOW_TOKENS) {
                    flush(sink);
                    progress.report("Encoding", text + 1, survey.texts, Progress.Unit.STEPS);
                    if (System.nanoTime() - checkpointed >= request.checkpointNanos) {
                        sink.checkpoint();
                        checkpointed = System.nanoTime();
                    }
                }
            }
            flush(sink);
            if (text != survey.texts || !rows.sha256().equals(survey.sha256)) {
                throw changed();
            }
        }
        sink.checkpoint();
        progress.report("Encoding", survey.texts, survey.texts, Progress.Unit.STEPS);
        long nanos = System.nanoTime() - begun;
        if (cut > 0) {
            notes.accept("%s longer than the %d tokens that the encoder takes, and cut; --chunk keeps all of a text"
                    .formatted(cut == 1 ? "1 text is" : Amounts.count(cut) + " texts are", encoder.limit()));
        }
        if (empty > 0) {
            notes.accept(empty == 1
                    ? "1 text is empty (%s); it is a point all the same".formatted(firstEmpty)
                    : "%s texts are empty (the first: %s); they are points all the same".formatted(Amounts.count(empty), firstEmpty));
        }
        sink.finish();
        return new Result(survey.texts, vectors, tokens, cut, empty, ran, nanos);
    }

    /** Puts a text's pieces into the window, but for those that are done; whether there are any. */
    private boolean add(int text, TextRow row, long done) {
        if (row.text().isBlank()) {
            firstEmpty = empty++ == 0 ? row.origin() : firstEmpty;
        }
        List<String> contents = request.chunk.isPresent()
                ? encoder.chunks(row.text(), request.chunk.getAsInt(), request.overlap)
                : List.of(row.text());
        boolean isCut = false;
        boolean isNew = false;
        for (int number = 0; number < contents.size(); number++) {
            Encoder.Tokens read = tokens(row, contents.get(number));
            isCut |= read.isCut();
            tokens += read.ids().length;
            if (vectors++ >= done) {
                isNew = true;
                windowTokens += read.ids().length;
                window.add(new TextPiece(text, number, contents.size(), row, contents.get(number)));
                ids.add(read.ids());
            }
        }
        cut += isCut ? 1 : 0;
        return isNew;
    }

    private Encoder.Tokens tokens(TextRow row, String content) {
        try {
            return encoder.tokens(content);
        } catch (LatentException e) {
            throw new LatentException("%s: %s".formatted(row.origin(), e.getMessage()), e);
        }
    }

    private void flush(VectorSink sink) throws IOException {
        Matrix encoded = encoder.vectors(ids);
        float[] vector = new float[encoded.columns()];
        for (int i = 0; i < window.size(); i++) {
            System.arraycopy(encoded.data(), i * vector.length, vector, 0, vector.length);
            sink.add(window.get(i), vector);
        }
        window.clear();
        ids.clear();
        windowTokens = 0;
    }

    private LatentException changed() {
        return new LatentException(
                "%s changed while it was encoded; give the command again with --restart".formatted(request.source.file()));
    }

    /** How the vectors came about, for the file's metadata. */
    Map<String, String> manifest(Survey survey, String command) {
        Map<String, String> entries = new LinkedHashMap<>();
        entries.put("format", "latent4j vectors 1");
        entries.put("model", encoder.name());
        entries.put("model_origin", encoder.origin());
        encoder.licence().ifPresent(licence -> entries.put("model_licence", licence));
        entries.putAll(encoder.fingerprint().asMetadata());
        entries.put("encoder", encoder.told());
        entries.put("prompt", encoder.prompt());
        entries.putAll(encoder.asked());
        entries.put("width", Integer.toString(encoder.width()));
        entries.put("inputs", CaptureManifest.inputs(request.source.file(), survey.sha256));
        request.source.column().ifPresent(column -> entries.put("column", column));
        entries.put("texts", Integer.toString(survey.texts));
        if (request.chunk.isPresent()) {
            entries.put("chunk", Integer.toString(request.chunk.getAsInt()));
            entries.put("overlap", Integer.toString(request.overlap));
        }
        entries.put("latent4j", CaptureManifest.version());
        entries.put("java", Runtime.version().toString());
        entries.put("kernels", encoder.kernels());
        entries.put(CaptureManifest.COMMAND, command);
        return entries;
    }
}

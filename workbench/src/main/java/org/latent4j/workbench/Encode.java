package org.latent4j.workbench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
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
    private static final String TOKENS = "tokens";
    private static final String CUT = "cut";

    /**
     * What is to be encoded.
     *
     * @param chunk the most tokens of a piece, if long texts are cut into pieces that are kept
     * @param overlap how many of them a piece shares with the one before
     * @param checkpointNanos how much time may pass until it is noted how far the work has come
     */
    record Request(TextRows.Source source, OptionalInt chunk, int overlap, long checkpointNanos) {}

    /** What the first reading found: how many texts there are, and the file's hash. */
    record Survey(int texts, String sha256) {}

    /**
     * What was done.
     *
     * @param tokens of all texts
     * @param cut how many texts were longer than the encoder takes
     * @param ran how many texts this run encoded
     */
    record Result(int texts, long vectors, long tokens, long cut, int ran, long nanos) {}

    private final Encoder encoder;
    private final Request request;
    private final Progress progress;
    private final Consumer<String> notes;
    private final List<Piece> window = new ArrayList<>();
    private int windowTokens;
    private long tokens;
    private long cut;

    /** A piece of a text on its way, and how many tokens it had before it was cut. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Piece(int text, int piece, TextRow row, String content, int[] ids) {}

    /** Prepares the work; {@code notes} hears what the user should know, a line each. */
    Encode(Encoder encoder, Request request, Progress progress, Consumer<String> notes) {
        this.encoder = encoder;
        this.request = request;
        this.progress = progress;
        this.notes = notes;
    }

    /**
     * Reads all texts once.
     *
     * @throws LatentException if the file has a mistake, or no text
     */
    static Survey survey(TextRows.Source source, Progress progress) {
        long size = source.file().toFile().length();
        try (TextRows rows = source.open(
                bytes -> progress.report("Checking the texts", bytes, Math.max(size, bytes), Progress.Unit.BYTES))) {
            int texts = 0;
            while (rows.next() != null) {
                texts++;
            }
            if (texts == 0) {
                throw new LatentException("%s holds no text".formatted(source.file()));
            }
            return new Survey(texts, rows.sha256());
        }
    }

    /**
     * Encodes all texts that aren't done yet. If it fails, it can be gone on with.
     *
     * @throws LatentException if the input is no longer what was surveyed, or a text can't be encoded
     */
    Result run(Survey survey, VectorSink sink) throws IOException {
        long begun = System.nanoTime();
        int first = sink.done();
        tokens = sink.count(TOKENS);
        cut = sink.count(CUT);
        progress.report("Encoding", first, survey.texts, Progress.Unit.STEPS);
        try (TextRows rows = request.source.open(_ -> {})) {
            long checkpointed = System.nanoTime();
            int text = 0;
            for (TextRow row = rows.next(); row != null; row = rows.next(), text++) {
                if (text >= survey.texts) {
                    throw changed();
                }
                if (text < first) {
                    continue;
                }
                add(text, row);
                if (windowTokens >= WINDOW_TOKENS) {
                    flush(sink);
                    progress.report("Encoding", text + 1, survey.texts, Progress.Unit.STEPS);
                    if (System.nanoTime() - checkpointed >= request.checkpointNanos) {
                        sink.checkpoint(text + 1, counts());
                        checkpointed = System.nanoTime();
                    }
                }
            }
            flush(sink);
            if (text != survey.texts || !rows.sha256().equals(survey.sha256)) {
                throw changed();
            }
        }
        sink.checkpoint(survey.texts, counts());
        progress.report("Encoding", survey.texts, survey.texts, Progress.Unit.STEPS);
        long nanos = System.nanoTime() - begun;
        if (cut > 0) {
            notes.accept("%s longer than the %d tokens that the encoder takes, and cut; --chunk keeps all of a text"
                    .formatted(cut == 1 ? "1 text is" : Amounts.count(cut) + " texts are", encoder.limit()));
        }
        return new Result(survey.texts, sink.finish(), tokens, cut, survey.texts - first, nanos);
    }

    private Map<String, Long> counts() {
        Map<String, Long> counts = new HashMap<>();
        counts.put(TOKENS, tokens);
        counts.put(CUT, cut);
        return counts;
    }

    private void add(int text, TextRow row) {
        List<String> contents = request.chunk.isPresent()
                ? encoder.chunks(row.text(), request.chunk.getAsInt(), request.overlap)
                : List.of(row.text());
        boolean isCut = false;
        for (int piece = 0; piece < contents.size(); piece++) {
            Encoder.Tokens cutTo = tokens(row, contents.get(piece));
            isCut |= cutTo.isCut();
            tokens += cutTo.ids().length;
            windowTokens += cutTo.ids().length;
            window.add(new Piece(text, piece, row, contents.get(piece), cutTo.ids()));
        }
        cut += isCut ? 1 : 0;
    }

    private Encoder.Tokens tokens(TextRow row, String content) {
        try {
            return encoder.tokens(content);
        } catch (LatentException e) {
            throw new LatentException("%s: %s".formatted(row.origin(), e.getMessage()), e);
        }
    }

    private void flush(VectorSink sink) throws IOException {
        Matrix vectors = encoder.vectors(window.stream().map(Piece::ids).toList());
        float[] vector = new float[vectors.columns()];
        for (int i = 0; i < window.size(); i++) {
            Piece piece = window.get(i);
            System.arraycopy(vectors.data(), i * vector.length, vector, 0, vector.length);
            sink.add(piece.text, piece.piece, piece.row, piece.content, vector);
        }
        window.clear();
        windowTokens = 0;
    }

    private LatentException changed() {
        return new LatentException(
                "%s changed while it was encoded; give the command again with --restart".formatted(request.source.file()));
    }

    /** How the vectors came about, for the file's metadata. */
    static Map<String, String> manifest(Encoder encoder, Request request, Survey survey, @Nullable String command) {
        Map<String, String> entries = new LinkedHashMap<>();
        entries.put("format", "latent4j vectors 1");
        entries.put("model", encoder.model().name());
        entries.put("model_origin", encoder.model().origin());
        encoder.model().licence().ifPresent(licence -> entries.put("model_licence", licence));
        entries.putAll(encoder.fingerprint().asMetadata());
        entries.put("encoder", encoder.told());
        entries.put("prompt", encoder.prompt());
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
        entries.put("kernels", encoder.model().kernels());
        if (command != null) {
            entries.put(CaptureManifest.COMMAND, command);
        }
        return entries;
    }
}

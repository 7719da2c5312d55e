package org.latent4j.workbench;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import org.latent4j.kernel.Fingerprint;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.Progress;
import org.latent4j.model.Models;
import org.latent4j.model.encoder.Encoder;
import org.latent4j.model.encoder.Encoders;
import org.latent4j.space.Space;
import org.latent4j.store.ImportOptions;
import org.latent4j.store.Spaces;

/**
 * Queries as vectors of a space: a point's name is that point, another text goes through the encoder that made the space, and a file
 * of vectors is taken as it is.
 *
 * @param queries as they were asked
 * @param points the points that they name, empty where they don't
 * @param vectors {@code [queries, width]}
 */
record SpaceQueries(List<String> queries, List<OptionalInt> points, Matrix vectors) {
    private static final long LONGEST_FILE = 1 << 28;

    /** Of names and texts. */
    static SpaceQueries of(Space space, List<String> queries) {
        List<OptionalInt> points = queries.stream().map(query -> point(space, query)).toList();
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < queries.size(); i++) {
            if (points.get(i).isEmpty()) {
                if (queries.get(i).isBlank()) {
                    throw new LatentException("a query is empty; write a point's name or a text");
                }
                texts.add(queries.get(i));
            }
        }
        Matrix encoded = texts.isEmpty() ? Matrix.zeros(0, space.width()) : encoded(space, texts);
        Matrix vectors = Matrix.zeros(queries.size(), space.width());
        int text = 0;
        for (int i = 0; i < queries.size(); i++) {
            float[] vector = points.get(i).isPresent() ? space.vector(points.get(i).getAsInt()) : encoded.row(text++);
            System.arraycopy(vector, 0, vectors.data(), i * space.width(), space.width());
        }
        return new SpaceQueries(queries, points, vectors);
    }

    private static OptionalInt point(Space space, String query) {
        OptionalInt point = space.find(query);
        return point.isPresent() || space.origin().encoder().isPresent() ? point : space.find(query.toLowerCase(Locale.ROOT));
    }

    /**
     * Of a file: vectors (.npy, .npz, .safetensors, .space, .parquet), JSON lines with {@code query} or {@code text}, else a query a line.
     *
     * @param site of captured states
     */
    static SpaceQueries of(Space space, Path file, Optional<String> site) {
        String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
        if (name.matches(".*\\.(npy|npz|safetensors|safetensors\\.index\\.json|space|parquet)")) {
            boolean states = site.isPresent() && Spaces.holdsStates(file);
            Space queries = Spaces.open(file, states ? ImportOptions.NONE.withSite(site.orElseThrow()) : ImportOptions.NONE, Progress.NONE);
            space.origin().requireSame(queries.origin());
            return new SpaceQueries(queries.names(), queries.names().stream().map(_ -> OptionalInt.empty()).toList(), queries.vectors());
        }
        List<String> lines = lines(file);
        List<String> queries = name.endsWith(".jsonl") ? lines.stream().map(line -> query(file, line)).toList() : lines;
        if (queries.isEmpty()) {
            throw new LatentException("%s has no queries; write one a line".formatted(file));
        }
        return of(space, queries);
    }

    /** The lines of a file that aren't blank. */
    static List<String> lines(Path file) {
        try {
            if (Files.size(file) > LONGEST_FILE) {
                throw new LatentException("%s has %s, at most %s are read".formatted(
                        file, Amounts.bytes(Files.size(file)), Amounts.bytes(LONGEST_FILE)));
            }
            return Files.readAllLines(file).stream().filter(line -> !line.isBlank()).toList();
        } catch (CharacterCodingException e) {
            throw new LatentException(
                    "%s isn't text in UTF-8; convert it, from Latin-1 for example: iconv -f LATIN1 -t UTF-8".formatted(file), e);
        } catch (IOException e) {
            throw new LatentException("%s can't be read: %s".formatted(
                    file, Files.exists(file) ? e.getMessage() : "there is no such file"), e);
        }
    }

    private static String query(Path file, String line) {
        try (JsonParser json = new JsonFactory().createParser(line)) {
            String found = null;
            if (json.nextToken() == JsonToken.START_OBJECT) {
                for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
                    json.nextToken();
                    if ((name.equals("query") || name.equals("text") && found == null) && json.currentToken() == JsonToken.VALUE_STRING) {
                        found = json.getText();
                    }
                    json.skipChildren();
                }
            } else if (json.currentToken() == JsonToken.VALUE_STRING) {
                found = json.getText();
            }
            if (found == null) {
                throw new LatentException("%s has a line without 'query' or 'text': %s".formatted(file, PlainLine.of(line)));
            }
            return found;
        } catch (IOException e) {
            throw new LatentException("%s has a line that is no JSON: %s".formatted(file, PlainLine.of(line)), e);
        }
    }

    private static Matrix encoded(Space space, List<String> texts) {
        if (CapturedTexts.are(space)) {
            return CapturedTexts.states(space, texts);
        }
        if (space.origin().encoder().isEmpty()) {
            requireName(space, texts.getFirst());
        }
        try (Encoder encoder = encoder(space)) {
            return encoder.forQueries().encode(texts);
        }
    }

    /** Tells what a name might have meant, and of a text what is missing. */
    private static void requireName(Space space, String text) {
        try {
            space.require(text);
        } catch (LatentException e) {
            throw text.strip().indexOf(' ') < 0
                    ? e
                    : new LatentException(e.getMessage() + "; a text can't become a point of it, for it doesn't say which encoder made it "
                            + "(latent encode makes spaces that do)", e);
        }
    }

    /**
     * Opens the encoder that made a space.
     *
     * @throws LatentException if none did, or what is called so here is another; the message names both
     */
    static Encoder encoder(Space space) {
        String name = space.origin().encoder().orElseThrow(() -> new LatentException(
                "%s doesn't say which encoder made it, so texts can't become points of it; make it with latent encode".formatted(
                        space.origin().source())));
        Encoders.Options asked = Encoders.Options.of(Models.Options.standard().withProgress(ProgressBar.on(Terminal.detect())))
                .asMade(space.origin().details());
        Fingerprint made = space.origin().fingerprint().orElseThrow(() -> new LatentException(
                "%s names the encoder '%s' and no fingerprint, so nobody knows whether it is the same; make it with latent encode"
                        .formatted(space.origin().source(), name)));
        try {
            return Encoders.thatMade(name, made, space.width(), asked);
        } catch (LatentException e) {
            throw new LatentException("%s: %s".formatted(space.origin().source(), e.getMessage()), e);
        }
    }
}

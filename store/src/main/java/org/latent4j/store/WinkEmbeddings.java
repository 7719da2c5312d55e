package org.latent4j.store;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.latent4j.files.Broken;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Progress;

/**
 * Word vectors as wink-embeddings' packages have them: JSON with {@code dimensions}, {@code words}, and {@code vectors}, an object with
 * an array for each word, whose first {@code dimensions} numbers count (length and rank follow). The words come in the order of
 * {@code words}, by how frequent they are.
 */
final class WinkEmbeddings {
    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER)
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(8).maxStringLength(1 << 16).maxNameLength(1 << 16)
                    .maxNumberLength(100).build())
            .build();
    private static final int MOST_WIDTH = 1 << 16;

    private final Path file;
    private final Progress progress;
    private int width;
    private final List<String> listed = new ArrayList<>();

    private WinkEmbeddings(Path file, Progress progress) {
        this.file = file;
        this.progress = progress;
    }

    static Imported read(Path file, Progress progress) {
        try (JsonParser json = JSON.createParser(file.toFile())) {
            return new WinkEmbeddings(file, progress).read(json, Files.size(file));
        } catch (JsonProcessingException e) {
            throw Broken.because(e, file, "is no valid JSON: %s", e.getOriginalMessage());
        } catch (IOException e) {
            throw Broken.because(e, file, "can't be read: %s", e.getMessage());
        }
    }

    private Imported read(JsonParser json, long size) throws IOException {
        if (json.nextToken() != JsonToken.START_OBJECT) {
            throw broken("is JSON but no object");
        }
        for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
            JsonToken token = json.nextToken();
            if (name.equals("dimensions") && token == JsonToken.VALUE_NUMBER_INT) {
                width = json.getIntValue();
            } else if (name.equals("words") && token == JsonToken.START_ARRAY) {
                while (json.nextToken() == JsonToken.VALUE_STRING) {
                    listed.add(json.getText());
                }
            } else if (name.equals("vectors") && token == JsonToken.START_OBJECT) {
                return ordered(vectors(json, size));
            } else {
                json.skipChildren();
            }
        }
        throw broken("has no 'vectors'");
    }

    private LatentException broken(String what) {
        return Broken.file(file, "%s: of JSON the word vectors of wink-embeddings are read, with 'dimensions', 'words' and 'vectors'",
                what);
    }

    private Gathered vectors(JsonParser json, long size) throws IOException {
        if (width < 1 || width > MOST_WIDTH) {
            throw broken("has %d 'dimensions' before its 'vectors', 1 to %d are allowed".formatted(width, MOST_WIDTH));
        }
        Gathered points = new Gathered(file, width, listed.size());
        for (String word = json.nextFieldName(); word != null; word = json.nextFieldName()) {
            if (json.nextToken() != JsonToken.START_ARRAY) {
                throw broken("has a vector of '%s' that is no array".formatted(word));
            }
            int at = points.row();
            int count = 0;
            for (JsonToken token = json.nextToken(); token != JsonToken.END_ARRAY; token = json.nextToken()) {
                if (token == null || !token.isNumeric()) {
                    throw broken("has a vector of '%s' that isn't numbers alone".formatted(word));
                }
                if (count < width) {
                    points.data()[at + count] = json.getFloatValue();
                }
                count++;
            }
            if (count < width) {
                throw Broken.file(file, "has %d numbers for '%s', %d are needed", count, word, width);
            }
            points.names.add(word);
            if ((points.rows() & 0xfff) == 0) {
                progress.report("Reading " + file.getFileName(), json.currentLocation().getByteOffset(), size, Progress.Unit.BYTES);
            }
        }
        return points;
    }

    private Imported ordered(Gathered points) {
        if (!listed.isEmpty() && !listed.equals(points.names)) {
            throw broken("lists other 'words' than it has vectors for, or in another order");
        }
        return Imported.of(file, points);
    }
}

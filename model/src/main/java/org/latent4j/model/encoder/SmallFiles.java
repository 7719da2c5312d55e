package org.latent4j.model.encoder;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.latent4j.files.FolderLinks;
import org.latent4j.kernel.LatentException;

/** The small JSON files of an encoder's folder, from strangers: bounded in size and depth, and never outside of the folder. */
record SmallFiles(Path folder) {
    private static final long LARGEST = 1 << 24;
    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(64).maxNumberLength(400).build())
            .build()).build();

    /** Whether there is such a file. */
    boolean has(String name) {
        return Files.isRegularFile(folder.resolve(name));
    }

    /** What a file holds; a missing node where there is none. */
    JsonNode json(String name) {
        Path file = FolderLinks.resolve(folder, name);
        if (!Files.isRegularFile(file)) {
            return MissingNode.getInstance();
        }
        try {
            long size = Files.size(file);
            if (size > LARGEST) {
                throw new LatentException("%s has %d bytes, at most %d are allowed in such a file".formatted(file, size, LARGEST));
            }
            return JSON.readTree(Files.readAllBytes(file));
        } catch (IOException e) {
            throw new LatentException(
                    "%s can't be read: %s".formatted(file, String.valueOf(e.getMessage()).lines().findFirst().orElse("")), e);
        }
    }

    /**
     * A folder within this one.
     *
     * @throws LatentException if the name leads out of it
     */
    SmallFiles within(String name) {
        if (name.isEmpty() || name.equals(".")) {
            return this;
        }
        try {
            Path path = Path.of(name);
            if (!path.isAbsolute() && path.getNameCount() == 1 && path.equals(path.normalize()) && !name.equals("..")
                    && name.indexOf('\\') < 0) {
                return new SmallFiles(FolderLinks.resolve(folder, name));
            }
        } catch (InvalidPathException _) {
            // no name of a folder either
        }
        throw new LatentException("%s names the folder '%s': only folders within it are allowed"
                .formatted(folder.resolve("modules.json"), name));
    }

    /** What is wrong with a file. */
    LatentException broken(String file, String what, Object... values) {
        return new LatentException("%s %s".formatted(folder.resolve(file), what.formatted(values)));
    }

    /** A whole number of an object; the other one where it is missing. */
    int integer(String file, JsonNode object, String key, int otherwise) {
        JsonNode value = object.path(key);
        if (value.isMissingNode() || value.isNull()) {
            return otherwise;
        }
        if (!value.isIntegralNumber() || !value.canConvertToInt()) {
            throw broken(file, "says '%s' is %s, a whole number is needed", key, value);
        }
        return value.asInt();
    }

    /** A truth value of an object; the other one where it is missing. */
    boolean flag(String file, JsonNode object, String key, boolean otherwise) {
        JsonNode value = object.path(key);
        if (value.isMissingNode() || value.isNull()) {
            return otherwise;
        }
        if (!value.isBoolean()) {
            throw broken(file, "says '%s' is %s, true or false is needed", key, value);
        }
        return value.asBoolean();
    }
}

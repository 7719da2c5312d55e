package org.latent4j.store;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import org.latent4j.files.Broken;

/** The kinds of files that hold vectors, told by name, or where the name says nothing by the first bytes. */
enum VectorFile {
    SPACE, NPY, NPZ, SAFETENSORS, CSV, TSV, WORDS_TEXT, WORDS_BINARY, WORDS_JSON, PARQUET, NPY_AND_PARQUET;

    /** Whether it may hold several arrays, or columns of lists, of which one is named. */
    boolean hasArrays() {
        return this == NPZ || this == SAFETENSORS || this == PARQUET;
    }

    /** Whether names may be one of its columns or arrays, so that it is known which. */
    boolean hasColumns() {
        return this == CSV || this == TSV || this == NPZ || this == PARQUET;
    }

    /** The kind of a file's name. */
    static Optional<VectorFile> ofName(Path path) {
        String name = String.valueOf(path.getFileName()).toLowerCase(Locale.ROOT);
        if (name.endsWith(".safetensors.index.json")) {
            return Optional.of(SAFETENSORS);
        }
        return switch (name.substring(name.lastIndexOf('.') + 1)) {
            case "space" -> Optional.of(SPACE);
            case "npy" -> Optional.of(NPY);
            case "npz" -> Optional.of(NPZ);
            case "safetensors" -> Optional.of(SAFETENSORS);
            case "csv" -> Optional.of(CSV);
            case "tsv" -> Optional.of(TSV);
            case "txt", "vec" -> Optional.of(WORDS_TEXT);
            case "bin" -> Optional.of(WORDS_BINARY);
            case "json" -> Optional.of(WORDS_JSON);
            case "parquet" -> Optional.of(PARQUET);
            default -> Optional.empty();
        };
    }

    /**
     * The kind of a file that is there.
     *
     * @throws org.latent4j.kernel.LatentException if it is none that is known
     */
    static VectorFile of(Path path) {
        if (Files.isDirectory(path)) {
            return NPY_AND_PARQUET;
        }
        return ofName(path).or(() -> ofBytes(path)).orElseThrow(() -> Broken.file(path,
                "is no file of vectors that is known: .space, .npy, .npz, .safetensors, .csv, .tsv, .txt, .vec, .bin, .json, .parquet"));
    }

    private static Optional<VectorFile> ofBytes(Path path) {
        try (InputStream in = Files.newInputStream(path)) {
            String first = new String(in.readNBytes(9), StandardCharsets.ISO_8859_1);
            return first.startsWith("\u0093NUMPY")
                    ? Optional.of(NPY)
                    : first.startsWith("PK")
                            ? Optional.of(NPZ)
                            : first.startsWith("PAR1")
                                    ? Optional.of(PARQUET)
                                    : first.endsWith("{") ? Optional.of(SAFETENSORS) : Optional.empty();
        } catch (IOException e) {
            throw Broken.because(e, path, "can't be read: %s", e.getMessage());
        }
    }
}

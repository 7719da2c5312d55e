package org.latent4j.store;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/** The kinds of files that hold vectors, told by name, or where the name says nothing by the first bytes. */
enum VectorFile {
    SPACE, NPY, NPZ, SAFETENSORS, CSV, TSV, WORDS_TEXT, WORDS_BINARY, WORDS_JSON, PARQUET, NPY_AND_PARQUET;

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
}

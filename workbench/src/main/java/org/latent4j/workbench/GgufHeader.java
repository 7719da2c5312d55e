package org.latent4j.workbench;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.latent4j.files.Tensor;
import org.latent4j.kernel.LatentException;
import org.latent4j.model.format.Gguf;
import org.latent4j.model.store.Details;

/** What a GGUF's header tells, of any architecture, whether or not this version opens it. */
final class GgufHeader {
    private GgufHeader() {}

    /**
     * Reads it.
     *
     * @throws LatentException if the file is no GGUF
     */
    static Details details(Path path) {
        Gguf gguf = Gguf.open(path);
        try {
            Optional<String> architecture = gguf.string("general.architecture");
            return new Details(
                    architecture,
                    count(gguf, architecture, ".block_count"),
                    count(gguf, architecture, ".embedding_length"),
                    quantisation(gguf));
        } finally {
            gguf.close();
        }
    }

    private static OptionalInt count(Gguf gguf, Optional<String> architecture, String key) {
        OptionalLong count = architecture.map(name -> gguf.integer(name + key)).orElse(OptionalLong.empty());
        return count.isPresent() && count.getAsLong() >= 0 && count.getAsLong() <= Integer.MAX_VALUE
                ? OptionalInt.of((int) count.getAsLong())
                : OptionalInt.empty();
    }

    /** By share of bytes, the largest first. */
    private static Optional<String> quantisation(Gguf gguf) {
        Map<String, Long> bytes = new HashMap<>();
        for (Tensor tensor : gguf.tensors().values()) {
            bytes.merge(tensor.type(), tensor.data().byteSize(), Long::sum);
        }
        String types = bytes.entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue().reversed().thenComparing(Map.Entry.comparingByKey()))
                .map(Map.Entry::getKey)
                .collect(Collectors.joining("/"));
        return types.isEmpty() ? Optional.empty() : Optional.of(types);
    }
}

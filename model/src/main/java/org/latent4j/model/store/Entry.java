package org.latent4j.model.store;

import java.nio.file.Path;
import java.util.Optional;

/**
 * A model of the list: one that is on this machine, or one that the catalogue has.
 *
 * @param name what it is asked for by
 * @param place where it is
 * @param kind {@code language model}, {@code sentence encoder}, {@code word vectors}; empty where nobody said
 * @param path what would be opened; empty if it isn't here
 * @param bytes how much its files have, or would have
 * @param licence if known
 * @param details what can be told of its inside
 * @param origin where it came from, or would come from, in words
 */
public record Entry(
        String name, Place place, Optional<String> kind, Optional<Path> path, long bytes, Optional<String> licence, Details details,
        String origin) {
    /** Where a model is. */
    public enum Place {
        /** In our own cache: {@link ModelStore#remove} deletes it. */
        OWN("here"),
        /** In Hugging Face's cache, which is only read. */
        HUGGING_FACE("Hugging Face"),
        /** In Ollama's folder, which is only read. */
        OLLAMA("Ollama"),
        /** Not on this machine; the catalogue knows where to fetch it. */
        CATALOGUE("to fetch");

        private final String label;

        Place(String label) {
            this.label = label;
        }

        /** As the table writes it. */
        public String label() {
            return label;
        }
    }
}

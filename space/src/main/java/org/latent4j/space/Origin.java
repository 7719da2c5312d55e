package org.latent4j.space;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.latent4j.kernel.Fingerprint;
import org.latent4j.kernel.LatentException;

/**
 * Where the points of a space come from.
 *
 * @param source what to call the space in messages: a file's path, a catalogue name
 * @param fingerprint the model, site, pooling and prompt mode that made the vectors, where a model did
 * @param encoder what to open to encode a text into this space: a catalogue name, a path, {@code org/name}
 * @param details how it was made, as text by name: inputs with SHA-256, command, versions
 */
public record Origin(String source, Optional<Fingerprint> fingerprint, Optional<String> encoder, Map<String, String> details) {
    /** Copies the details. */
    public Origin {
        details = Collections.unmodifiableMap(new LinkedHashMap<>(details));
    }

    /** Of vectors that no model of ours made. */
    public static Origin of(String source) {
        return new Origin(source, Optional.empty(), Optional.empty(), Map.of());
    }

    /** The same under another name. */
    public Origin called(String name) {
        return new Origin(name, fingerprint, encoder, details);
    }

    /** The same with more details. */
    public Origin with(Map<String, String> more) {
        Map<String, String> all = new LinkedHashMap<>(details);
        all.putAll(more);
        return new Origin(source, fingerprint, encoder, all);
    }

    /**
     * Checks that vectors of another origin may be compared with these; where one of them has no fingerprint, nobody knows.
     *
     * @throws LatentException if both have one and they differ; the message names both
     */
    public void requireSame(Origin other) {
        if (fingerprint.isPresent() && other.fingerprint.isPresent() && !fingerprint.equals(other.fingerprint)) {
            throw new LatentException("%s (%s) can't be compared with %s (%s): they come from different models, sites, pooling or prompts"
                    .formatted(other.source, other.fingerprint.get(), source, fingerprint.get()));
        }
    }
}

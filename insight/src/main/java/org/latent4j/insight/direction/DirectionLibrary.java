package org.latent4j.insight.direction;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.latent4j.kernel.LatentException;

/**
 * Concepts whose directions the program can make by itself, from pairs of sentences that ship with it. The pairs are this project's
 * own; each differs, as far as the concept allows, in nothing else.
 */
public final class DirectionLibrary {
    private static final String FOLDER = "library/";

    private DirectionLibrary() {}

    /**
     * A concept.
     *
     * @param name {@code sentiment}
     * @param positive what its direction points to: {@code positive}
     * @param negative what it points from
     */
    public record Concept(String name, String positive, String negative) {}

    /** The concepts, in the order of the library. */
    public static List<Concept> concepts() {
        return lines("index.tsv").stream().map(line -> {
            String[] columns = line.split("\t", -1);
            return new Concept(columns[0], columns[1], columns[2]);
        }).toList();
    }

    /**
     * The pairs of a concept.
     *
     * @throws LatentException if there is none of this name
     */
    public static Samples samples(String name) {
        if (concepts().stream().noneMatch(concept -> concept.name().equals(name))) {
            throw new LatentException("the library has no '%s'; it has %s".formatted(
                    name, String.join(", ", concepts().stream().map(Concept::name).toList())));
        }
        List<String> positive = new ArrayList<>();
        List<String> negative = new ArrayList<>();
        for (String line : lines(name + ".tsv")) {
            String[] columns = line.split("\t", -1);
            positive.add(columns[0]);
            negative.add(columns[1]);
        }
        return new Samples(positive, negative, true);
    }

    private static List<String> lines(String resource) {
        try (InputStream in = Objects.requireNonNull(DirectionLibrary.class.getResourceAsStream(FOLDER + resource), resource)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().filter(line -> !line.isBlank()).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

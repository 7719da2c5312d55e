package org.latent4j.insight.steering;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.latent4j.kernel.LatentException;

/**
 * What a sweep has found so far, a line each, so that one that was stopped goes on: beside its output, taken away at the end.
 * The first line tells what the sweep was about; of another one nothing is taken over.
 */
public final class SweepState {
    private static final long LARGEST = 1 << 28;

    private final Optional<Path> file;
    private final Map<String, ArmResult> known = new HashMap<>();

    private SweepState(Optional<Path> file) {
        this.file = file;
    }

    /** Keeps nothing. */
    public static SweepState none() {
        return new SweepState(Optional.empty());
    }

    /**
     * Opens a state, or begins one.
     *
     * @param about what belongs to the sweep: everything that its results depend on
     * @throws LatentException if it can't be written
     */
    public static SweepState open(Path file, String about) {
        SweepState state = new SweepState(Optional.of(file));
        try {
            if (Files.isRegularFile(file) && Files.size(file) < LARGEST) {
                List<String> lines = Files.readAllLines(file, StandardCharsets.UTF_8);
                if (!lines.isEmpty() && lines.getFirst().equals(about)) {
                    lines.stream().skip(1).map(ArmResult::of).flatMap(Optional::stream).forEach(r -> state.known.put(r.key(), r));
                }
            }
            StringBuilder whole = new StringBuilder(about).append('\n'); // anew, without a line that was cut off
            state.known.values().forEach(r -> whole.append(r.line()).append('\n'));
            Files.writeString(file, whole);
        } catch (IOException e) {
            throw new LatentException("can't keep the sweep's state in %s: %s".formatted(file, e.getMessage()), e);
        }
        return state;
    }

    Optional<ArmResult> known(String key) {
        return Optional.ofNullable(known.get(key));
    }

    /** How much was there already. */
    public int size() {
        return known.size();
    }

    void keep(ArmResult result) {
        known.put(result.key(), result);
        if (file.isPresent()) {
            try {
                Files.writeString(file.get(), result.line() + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            } catch (IOException e) {
                throw new LatentException("can't keep the sweep's state in %s: %s".formatted(file.get(), e.getMessage()), e);
            }
        }
    }

    /** Takes the file away. */
    public void remove() {
        try {
            if (file.isPresent()) {
                Files.deleteIfExists(file.get());
            }
        } catch (IOException e) {
            throw new LatentException("can't remove %s: %s".formatted(file.orElseThrow(), e.getMessage()), e);
        }
    }
}

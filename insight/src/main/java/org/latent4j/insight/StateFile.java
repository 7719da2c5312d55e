package org.latent4j.insight;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.latent4j.kernel.LatentException;

/**
 * What long work has found so far, a line each, so that work that was stopped goes on. The first line tells what the work was about: of
 * other work nothing is taken over. Safe for use from several threads.
 */
public final class StateFile {
    private static final long LARGEST = 1 << 28;

    private final @Nullable Path file;
    private final String about;
    private final List<String> found;
    private boolean begun; // guarded by this

    private StateFile(@Nullable Path file, String about, List<String> found) {
        this.file = file;
        this.about = about;
        this.found = found;
    }

    /** Keeps nothing. */
    public static StateFile none() {
        return new StateFile(null, "", List.of());
    }

    /**
     * Opens the state of some work, or begins one; nothing is written before something is found.
     *
     * @param about everything that what is found depends on, in one line
     * @throws LatentException if it can't be read
     */
    public static StateFile open(Path file, String about) {
        String first = about.replace('\n', ' ');
        try {
            List<String> found = new ArrayList<>();
            if (Files.isRegularFile(file) && Files.size(file) < LARGEST) {
                String whole = Files.readString(file, StandardCharsets.UTF_8);
                List<String> lines = whole.substring(0, whole.lastIndexOf('\n') + 1).lines().toList(); // without one that was cut off
                if (!lines.isEmpty() && lines.getFirst().equals(first)) {
                    found.addAll(lines.subList(1, lines.size()));
                }
            }
            return new StateFile(file, first, List.copyOf(found));
        } catch (IOException e) {
            throw trouble(file, e);
        }
    }

    private static LatentException trouble(Path file, IOException e) {
        return new LatentException("can't keep what is found in %s: %s".formatted(file, e.getMessage()), e);
    }

    /** What had been found when it was opened. */
    public List<String> found() {
        return found;
    }

    /** Adds a line, which has no line break. */
    public synchronized void add(String line) {
        Optional<Path> own = Optional.ofNullable(file);
        if (own.isEmpty()) {
            return;
        }
        try {
            if (!begun) { // anew, without a line that was cut off
                Files.writeString(own.get(), about + "\n" + String.join("", found.stream().map(known -> known + "\n").toList()));
                begun = true;
            }
            Files.writeString(own.get(), line + "\n", StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw trouble(own.get(), e);
        }
    }

    /**
     * The place of a file for what is too much for lines; it goes with this one. Empty where nothing is kept.
     *
     * @param name what is in it, in letters
     */
    public Optional<Path> beside(String name) {
        return Optional.ofNullable(file).map(own -> own.resolveSibling(own.getFileName() + "." + name));
    }

    /** The bytes of the files that are beside it. */
    public long bytesBeside() {
        long bytes = 0;
        for (Path other : allBeside()) {
            bytes += other.toFile().length();
        }
        return bytes;
    }

    /** Takes the file away, and those beside it: the work is whole. */
    public void remove() {
        Optional<Path> own = Optional.ofNullable(file);
        if (own.isEmpty()) {
            return;
        }
        try {
            for (Path other : allBeside()) {
                Files.deleteIfExists(other);
            }
            Files.deleteIfExists(own.get());
        } catch (IOException e) {
            throw trouble(own.get(), e);
        }
    }

    private List<Path> allBeside() {
        List<Path> all = new ArrayList<>();
        if (file != null) {
            String begin = file.getFileName() + ".";
            try (DirectoryStream<Path> beside = Files.newDirectoryStream(
                    file.toAbsolutePath().getParent(), other -> other.getFileName().toString().startsWith(begin))) {
                beside.forEach(all::add);
            } catch (IOException | DirectoryIteratorException e) {
                throw new LatentException("can't look beside %s: %s".formatted(file, e.getMessage()), e);
            }
        }
        return all;
    }
}

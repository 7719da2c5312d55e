package org.latent4j.model.format;

import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import org.latent4j.files.Broken;
import org.latent4j.files.MappedFile;
import org.latent4j.files.Tensor;
import org.latent4j.kernel.LatentException;

/**
 * An opened GGUF model (version 2 or 3, little-endian), memory-mapped: typed metadata and named tensors. A model split
 * into {@code NAME-00001-of-00003.gguf} and so on is opened by any of its parts; the metadata are those of the first.
 *
 * <p>Opening costs the walk over the metadata, tens of milliseconds at most; strings and arrays are decoded when asked
 * for. Safe for use from several threads. After {@link #close} nothing of it may be used but what was decoded before.
 */
public final class Gguf implements AutoCloseable {
    private static final int MOST_PARTS = 9999;

    private final Arena arena;
    private final List<GgufFile> parts;
    private final GgufMetadata metadata;
    private final Map<String, Tensor> tensors;

    private Gguf(Arena arena, List<GgufFile> parts) {
        this.arena = arena;
        this.parts = parts;
        this.metadata = parts.getFirst().metadata();
        this.tensors = parts.size() == 1 ? parts.getFirst().tensors() : tensors(parts);
    }

    /**
     * Opens a GGUF file, and all parts of the model if it is one of several.
     *
     * @throws LatentException if it isn't there, is no GGUF, or is broken; the message says which file and how
     */
    public static Gguf open(Path path) {
        Arena arena = Arena.ofShared();
        try {
            GgufFile file = GgufFile.read(path, arena);
            long count = file.metadata().integer("split.count").orElse(1);
            return new Gguf(arena, count <= 1 ? List.of(file) : parts(file, count, arena));
        } catch (RuntimeException | Error e) {
            arena.close();
            throw e;
        }
    }

    private static List<GgufFile> parts(GgufFile given, long count, Arena arena) {
        if (count > MOST_PARTS) {
            throw given.file().broken("says that it is one of %d parts, at most %d are allowed", count, MOST_PARTS);
        }
        List<GgufFile> parts = new ArrayList<>();
        for (int number = 0; number < count; number++) {
            Path path = part(given.file(), number, (int) count);
            GgufFile part = path.equals(given.file().path()) ? given : GgufFile.read(path, arena);
            if (part.metadata().integer("split.no").orElse(-1) != number
                    || part.metadata().integer("split.count").orElse(-1) != count) {
                throw part.file()
                        .broken(
                                "doesn't say of itself that it is part %d of %d; "
                                        + "give the parts the names that they were made with",
                                number + 1, count);
            }
            parts.add(part);
        }
        return parts;
    }

    /**
     * The path of another part: the name of the given one with another number. Nothing in the file itself names a path.
     */
    private static Path part(MappedFile given, int number, int count) {
        String name = String.valueOf(given.path().getFileName());
        String ending = "-of-" + fiveDigits(count) + ".gguf";
        int digits = name.length() - ending.length() - 5;
        if (digits < 1 || !name.endsWith(ending) || name.charAt(digits - 1) != '-') {
            throw given.broken("is one of %d parts but isn't named like one: NAME-00001%s", count, ending);
        }
        Path path = given.path().resolveSibling(name.substring(0, digits) + fiveDigits(number + 1) + ending);
        if (!Files.exists(path)) {
            throw Broken.file(
                    path,
                    "is missing; it is part %d of %d of the model that %s belongs to",
                    number + 1,
                    count,
                    given.path());
        }
        return path;
    }

    private static String fiveDigits(int number) {
        return String.valueOf(100_000 + number).substring(1);
    }

    private static Map<String, Tensor> tensors(List<GgufFile> parts) {
        Map<String, Tensor> all = new LinkedHashMap<>();
        for (GgufFile part : parts) {
            for (Tensor tensor : part.tensors().values()) {
                Tensor before = all.putIfAbsent(tensor.name(), tensor);
                if (before != null) {
                    throw part.file().broken("has the tensor '%s', which %s has too", tensor.name(), before.file());
                }
            }
        }
        MappedFile first = parts.getFirst().file();
        long wanted = parts.getFirst().metadata().integer("split.tensors.count").orElse(all.size());
        if (wanted != all.size()) {
            throw first.broken("says that the parts have %d tensors together, they have %d", wanted, all.size());
        }
        return Collections.unmodifiableMap(all);
    }

    /** The version of the format: 2 or 3. */
    public int version() {
        return parts.getFirst().version();
    }

    /** The files, first part first. */
    public List<Path> files() {
        return parts.stream().map(part -> part.file().path()).toList();
    }

    /** The files as they are mapped. */
    List<MappedFile> mapped() {
        return parts.stream().map(GgufFile::file).toList();
    }

    /** The bytes of all files together. */
    public long bytes() {
        return parts.stream().mapToLong(part -> part.file().size()).sum();
    }

    /** The tensors by name, in the order of the files. */
    public Map<String, Tensor> tensors() {
        return tensors;
    }

    /** The keys of the metadata, in the order of the file. */
    public Set<String> keys() {
        return metadata.keys();
    }

    /**
     * A string of the metadata.
     *
     * @return empty if there is no such key
     * @throws LatentException if the value is of another type; so do the other getters
     */
    public Optional<String> string(String key) {
        return metadata.string(key);
    }

    /** An integer of any width that a long can hold. */
    public OptionalLong integer(String key) {
        return metadata.integer(key);
    }

    /** A number, whole or not. */
    public OptionalDouble number(String key) {
        return metadata.number(key);
    }

    /** A truth value. */
    public Optional<Boolean> bool(String key) {
        return metadata.bool(key);
    }

    /**
     * An array of strings, as a list that makes each string when it is asked for; it stays valid after {@link #close}.
     * Invalid UTF-8 is read as U+FFFD.
     */
    public Optional<List<String>> strings(String key) {
        return metadata.strings(key);
    }

    /** An array of numbers, rounded to 32-bit floats. */
    public Optional<float[]> floats(String key) {
        return metadata.floats(key);
    }

    /** An array of integers, all of which a 32-bit integer can hold. */
    public Optional<int[]> integers(String key) {
        return metadata.integers(key);
    }

    /**
     * A value of whatever type: a Long, BigInteger, Double, Boolean, String, or a List of these and of lists, up to
     * eight deep.
     */
    public Optional<Object> value(String key) {
        return metadata.any(key);
    }

    /** An error about this file. */
    LatentException broken(String what, Object... values) {
        return parts.getFirst().file().broken(what, values);
    }

    /** Unmaps the files; doing so again has no effect. */
    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}

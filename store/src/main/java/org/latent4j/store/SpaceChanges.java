package org.latent4j.store;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.latent4j.files.Broken;
import org.latent4j.files.Json;
import org.latent4j.kernel.Matrix;
import org.latent4j.space.Items;
import org.latent4j.space.Space;

/**
 * What was added to a {@code .space} and deleted from it since its files were written: in its folder {@code changes}, numbered
 * from 1, each there whole or not at all. {@code 000001.space} is a small space whose points are added and supersede those of the
 * same name; {@code 000002.deleted} has a JSON line with a name for each that is deleted.
 */
final class SpaceChanges {
    static final String FOLDER = "changes";
    static final String ADDED = ".space";
    static final String DELETED = ".deleted";
    /** More are never there: a writer asks for compaction before. */
    static final int MOST = 10_000;

    private static final int LONGEST_DELETION = 1 << 28;

    private final Path folder;

    SpaceChanges(Path space) {
        this.folder = space.resolve(FOLDER);
    }

    /** Where a change lies. */
    Path place(int number, String kind) {
        return folder.resolve("%06d%s".formatted(number, kind));
    }

    /** The numbers of all changes and where they lie, in order. */
    TreeMap<Integer, Path> list() {
        TreeMap<Integer, Path> changes = new TreeMap<>();
        if (!Files.isDirectory(folder)) {
            return changes;
        }
        try (Stream<Path> all = Files.list(folder)) {
            for (Path path : all.toList()) {
                String name = path.getFileName().toString();
                if (name.matches("[0-9]{6}\\.(space|deleted)") && changes.put(Integer.parseInt(name.substring(0, 6)), path) != null) {
                    throw Broken.file(path, "has the number of another change; the space is damaged");
                }
            }
        } catch (IOException e) {
            throw Broken.because(e, folder, "can't be read: %s", e.getMessage());
        }
        if (!changes.isEmpty() && changes.lastKey() != changes.size()) {
            throw Broken.file(folder, "lacks one of its %d changes; the space was not copied whole", changes.lastKey());
        }
        return changes;
    }

    /**
     * The space as its changes leave it.
     *
     * @param base what its immutable files hold
     */
    Space apply(Path space, Space base) {
        TreeMap<Integer, Path> changes = list();
        List<Space> parts = new ArrayList<>(List.of(base));
        List<Integer> begins = new ArrayList<>(List.of(0, base.size()));
        BitSet alive = new BitSet();
        alive.set(0, base.size());
        Map<String, Integer> later = new HashMap<>(); // what changes added, by name
        for (Path change : changes.values()) {
            if (change.toString().endsWith(DELETED)) {
                deleted(change).forEach(name -> bury(name, base, later, alive));
                continue;
            }
            Space added = SpaceFolder.openFiles(change);
            requireFit(change, added, base);
            int begin = begins.getLast();
            for (int point = 0; point < added.size(); point++) {
                bury(added.name(point), base, later, alive);
                alive.set(begin + point);
                later.put(added.name(point), begin + point);
            }
            parts.add(added);
            begins.add(Math.addExact(begin, added.size()));
        }
        int[] ordinals = alive.stream().toArray();
        Items[] items = parts.stream().map(Space::items).toArray(Items[]::new);
        StoredItems stored = new StoredItems(space, identity(space), changes.size(), items,
                begins.stream().mapToInt(Integer::intValue).toArray(), ordinals);
        Matrix vectors = changes.isEmpty() ? base.vectors() : gathered(parts, begins, ordinals, base.width());
        return Space.of(vectors, stored, base.origin());
    }

    private static void requireFit(Path change, Space added, Space base) {
        if (added.width() != base.width()) {
            throw Broken.file(change, "is %d wide, its space %d; the space is damaged", added.width(), base.width());
        }
    }

    private static void bury(String name, Space base, Map<String, Integer> later, BitSet alive) {
        Integer ordinal = later.remove(name);
        int first = ordinal == null ? base.items().find(name) : ordinal;
        if (first >= 0) {
            alive.clear(first);
        }
    }

    private static Matrix gathered(List<Space> parts, List<Integer> begins, int[] ordinals, int width) {
        Matrix all = Matrix.zeros(ordinals.length, width);
        int part = 0;
        for (int row = 0; row < ordinals.length; row++) {
            while (ordinals[row] >= begins.get(part + 1)) {
                part++;
            }
            System.arraycopy(parts.get(part).vectors().data(), (ordinals[row] - begins.get(part)) * width, all.data(), row * width, width);
        }
        return all;
    }

    private static List<String> deleted(Path file) {
        try {
            if (Files.size(file) > LONGEST_DELETION) {
                throw Broken.file(file, "has %d bytes, at most %d are allowed", Files.size(file), LONGEST_DELETION);
            }
            List<String> names = new ArrayList<>();
            for (String line : Files.readString(file).split("\n")) {
                names.add(Json.of(file, line.getBytes(StandardCharsets.UTF_8)).text(Lines.ID)
                        .orElseThrow(() -> Broken.file(file, "has a line without '%s'; the space is damaged", Lines.ID)));
            }
            return names;
        } catch (IOException e) {
            throw Broken.because(e, file, "can't be read: %s", e.getMessage());
        }
    }

    /** What tells a space's immutable files from all others: a hash of its manifest, and the sizes of the rest. */
    static String identity(Path space) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(Files.readAllBytes(space.resolve(SpaceManifest.FILE)));
            for (String name : new String[]{SpaceFolder.VECTORS, SpaceFolder.ITEMS}) {
                digest.update(" %d".formatted(Files.size(space.resolve(name))).getBytes(StandardCharsets.US_ASCII));
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (IOException e) {
            throw Broken.because(e, space, "can't be read: %s", e.getMessage());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}

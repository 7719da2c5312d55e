package org.latent4j.store;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.latent4j.files.Json;
import org.latent4j.files.MappedFile;
import org.latent4j.kernel.LatentException;
import org.latent4j.space.Items;

/**
 * The items of a {@code .space}, read from its mapped {@code items.jsonl} as they are asked for: where the lines lie is found when
 * the space is opened, an index by name is made once many names have been looked for.
 */
final class MappedItems implements Items {
    private static final byte[] OPENING = "{\"id\":\"".getBytes(StandardCharsets.UTF_8);
    private static final int WINDOW = 1 << 20;
    /** After so many searches from the beginning an index pays. */
    private static final int SCANS = 8;

    private final MappedFile file;
    /** Where each line begins, and behind the last where the next would. */
    private final long[] starts;
    private volatile @Nullable Index index;
    private int scans;

    /** Items by name; those whose name another has before them stand in the second. */
    private record Index(Map<String, Integer> first, Map<String, Integer> again) {}

    private MappedItems(MappedFile file, long[] starts) {
        this.file = file;
        this.starts = starts;
    }

    /**
     * Finds the lines.
     *
     * @throws LatentException if there aren't as many lines as points
     */
    static MappedItems open(MappedFile file, int points) {
        long[] starts = new long[points + 1];
        int lines = 0;
        byte[] window = new byte[(int) Math.min(WINDOW, file.size())];
        for (long from = 0; from < file.size(); from += window.length) {
            int length = (int) Math.min(window.length, file.size() - from);
            MemorySegment.copy(file.data(), ValueLayout.JAVA_BYTE, from, window, 0, length);
            lines = ends(window, length, from, starts, lines);
        }
        if (lines != points || starts[points] != file.size()) {
            throw file.broken("has %s%d lines that end, the space has %d points; it is damaged, write it again",
                    lines > points ? "more than " : "", Math.min(lines, points), points);
        }
        return new MappedItems(file, starts);
    }

    private static int ends(byte[] window, int length, long from, long[] starts, int before) {
        int lines = before;
        for (int i = 0; i < length; i++) {
            if (window[i] == '\n') {
                if (++lines < starts.length) {
                    starts[lines] = from + i + 1;
                }
            }
        }
        return lines;
    }

    @Override
    public int size() {
        return starts.length - 1;
    }

    @Override
    public String name(int item) {
        byte[] line = line(item);
        if (begins(line, OPENING)) {
            int end = OPENING.length;
            while (end < line.length && line[end] != '"' && line[end] != '\\') {
                end++;
            }
            if (end < line.length && line[end] == '"') {
                return new String(line, OPENING.length, end - OPENING.length, StandardCharsets.UTF_8);
            }
        }
        return json(item, line).text(Lines.ID).orElseThrow(() -> noName(item));
    }

    private LatentException noName(int item) {
        return file.broken("line %d has no '%s'; it is damaged, write the space again", item + 1, Lines.ID);
    }

    @Override
    public int find(String name) {
        Index known = index;
        if (known == null && scans++ < SCANS) {
            return scan(name);
        }
        if (known == null) {
            known = new Index(HashMap.newHashMap(size()), new HashMap<>());
            for (int item = 0; item < size(); item++) {
                String each = name(item);
                if (known.first.putIfAbsent(each, item) != null) {
                    known.again.putIfAbsent(each, item);
                }
            }
            index = known;
        }
        int found = known.first.getOrDefault(name, -1);
        if (known.again.containsKey(name)) {
            throw twice(name, found, known.again.getOrDefault(name, -1));
        }
        return found;
    }

    /** Names are unique as they are written; files may have been edited since. */
    private LatentException twice(String name, int first, int second) {
        return file.broken("has the %s '%s' twice, in lines %d and %d; give one of them another, or write the space again", Lines.ID, name,
                first + 1, second + 1);
    }

    /** Compares bytes: most names are written as they are. */
    private int scan(String name) {
        byte[] wanted = ("{\"id\":\"" + name + '"').getBytes(StandardCharsets.UTF_8);
        int found = -1;
        for (int item = 0; item < size(); item++) {
            long start = starts[item];
            if (starts[item + 1] - start > wanted.length && at(start, wanted)) {
                if (found >= 0) {
                    throw twice(name, found, item);
                }
                found = item;
            }
        }
        return found >= 0 || name.chars().allMatch(c -> c >= ' ' && c < 127 && c != '"' && c != '\\' && c != '/')
                ? found
                : scanParsed(name);
    }

    private boolean at(long start, byte[] wanted) {
        for (int i = OPENING.length; i < wanted.length; i++) {
            if (file.data().get(ValueLayout.JAVA_BYTE, start + i) != wanted[i]) {
                return false;
            }
        }
        return true;
    }

    private int scanParsed(String name) {
        for (int item = 0; item < size(); item++) {
            if (name(item).equals(name)) {
                return item;
            }
        }
        return -1;
    }

    @Override
    public Map<String, Object> fields(int item) {
        Map<String, Object> fields = new LinkedHashMap<>(json(item, line(item)).scalars());
        fields.remove(Lines.ID);
        return fields;
    }

    private Json json(int item, byte[] line) {
        try {
            return Json.of(file.path(), line);
        } catch (LatentException e) {
            throw new LatentException("%s (its line %d)".formatted(e.getMessage(), item + 1), e);
        }
    }

    private byte[] line(int item) {
        long start = starts[item];
        long length = starts[item + 1] - 1 - start;
        if (length > Lines.LONGEST) {
            throw file.broken("has a line %d of %d bytes, at most %d are allowed", item + 1, length, Lines.LONGEST);
        }
        return file.data().asSlice(start, length).toArray(ValueLayout.JAVA_BYTE);
    }

    private static boolean begins(byte[] line, byte[] opening) {
        return line.length >= opening.length && Arrays.equals(line, 0, opening.length, opening, 0, opening.length);
    }
}

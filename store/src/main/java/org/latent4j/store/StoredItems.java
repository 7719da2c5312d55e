package org.latent4j.store;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import org.latent4j.space.Items;
import org.latent4j.space.Space;

/**
 * The items of a {@code .space} as it was when it was opened: those of its files and of the changes behind them, without what was
 * deleted or superseded. Each has an ordinal, which it keeps until the space is compacted; an index knows items by it.
 */
public final class StoredItems implements Items {
    private final Path folder;
    private final String base;
    private final int changes;
    private final Items[] parts;
    /** The ordinal of each part's first item, and behind the last where the next would begin. */
    private final int[] begins;
    /** The ordinals that are alive, in their order: one an item. */
    private final int[] ordinals;

    StoredItems(Path folder, String base, int changes, Items[] parts, int[] begins, int[] ordinals) {
        this.folder = folder;
        this.base = base;
        this.changes = changes;
        this.parts = parts;
        this.begins = begins;
        this.ordinals = ordinals;
    }

    /** Those of a space, where it was opened from a {@code .space} folder. */
    public static Optional<StoredItems> of(Space space) {
        return space.items() instanceof StoredItems stored ? Optional.of(stored) : Optional.empty();
    }

    /** The folder. */
    public Path folder() {
        return folder;
    }

    /** What tells the space's immutable files from all others. */
    public String base() {
        return base;
    }

    /** The number of the last change that is in it; 0 where there was none. */
    public int changes() {
        return changes;
    }

    /** How many ordinals were ever given, those of deleted items too. */
    public int ordinals() {
        return begins[parts.length];
    }

    /** An item's ordinal; a higher item has a higher one. */
    public int ordinal(int item) {
        return ordinals[item];
    }

    /** The item of an ordinal, or -1 if it is deleted or was given later. */
    public int item(int ordinal) {
        return Math.max(-1, Arrays.binarySearch(ordinals, ordinal));
    }

    @Override
    public int size() {
        return ordinals.length;
    }

    private int part(int ordinal) {
        int part = 0;
        while (ordinal >= begins[part + 1]) {
            part++;
        }
        return part;
    }

    @Override
    public String name(int item) {
        int ordinal = ordinals[item];
        int part = part(ordinal);
        return parts[part].name(ordinal - begins[part]);
    }

    @Override
    public int find(String name) {
        for (int part = parts.length - 1; part >= 0; part--) {
            int found = parts[part].find(name);
            int item = found < 0 ? -1 : item(begins[part] + found);
            if (item >= 0) {
                return item;
            }
        }
        return -1;
    }

    @Override
    public Map<String, Object> fields(int item) {
        int ordinal = ordinals[item];
        int part = part(ordinal);
        return parts[part].fields(ordinal - begins[part]);
    }
}

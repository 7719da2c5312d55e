package org.latent4j.workbench;

import org.jspecify.annotations.Nullable;

/** A model's blocks in three thirds: early, middle, late. Row 0 of a reading is {@code embed}, row k + 1 block k. */
final class LayerGroups {
    private static final String[] NAMES = {"early", "middle", "late"};

    private LayerGroups() {}

    /** The group that begins with this row, or null. */
    static @Nullable String startingAt(int row, int blocks) {
        if (row == 0) {
            return null;
        }
        int group = of(row, blocks);
        return row == 1 || of(row - 1, blocks) != group ? NAMES[group] : null;
    }

    private static int of(int row, int blocks) {
        return 3 * (row - 1) / blocks;
    }
}

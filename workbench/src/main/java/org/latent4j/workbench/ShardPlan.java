package org.latent4j.workbench;

import java.util.ArrayList;
import java.util.List;

/** How the texts of a capture are divided among files. */
record ShardPlan(List<Shard> shards) {
    /** Readers of safetensors refuse headers of more than 100 MB. */
    private static final long LARGEST_HEADER = 32_000_000;

    /**
     * The texts of one file.
     *
     * @param from the first text
     * @param to the one behind the last
     * @param dataBytes the bytes of their tensors
     */
    record Shard(int from, int to, long dataBytes) {}

    /**
     * Fills one file after the other.
     *
     * @param lengths the tokens of each text; a text of 0 is left out
     * @param kept what headers hold of the texts
     * @param shardSize the most bytes of data in a file, unless a single text has more
     */
    static ShardPlan of(CaptureLayout layout, int[] lengths, KeptTexts kept, long shardSize) {
        List<Shard> shards = new ArrayList<>();
        int from = 0;
        long data = 0;
        long header = kept.headerBytesOfTokens();
        long said = 0;
        for (int text = 0; text < lengths.length; text++) {
            long bytes = lengths[text] == 0 ? 0 : layout.bytes(lengths[text]);
            long words = bytes == 0 ? 0 : kept.headerBytes(text);
            long entries = bytes == 0 ? 0 : layout.headerBytes() + words;
            boolean full = data + bytes > shardSize || header + entries > LARGEST_HEADER || said + words > KeptTexts.LARGEST_ENTRY;
            if (bytes > 0 && data > 0 && full) {
                shards.add(new Shard(from, text, data));
                from = text;
                data = 0;
                header = kept.headerBytesOfTokens();
                said = 0;
            }
            data += bytes;
            header += entries;
            said += words;
        }
        shards.add(new Shard(from, lengths.length, data));
        return new ShardPlan(List.copyOf(shards));
    }

    /** The bytes of all tensors. */
    long dataBytes() {
        return shards.stream().mapToLong(Shard::dataBytes).sum();
    }

    /** The file that a text belongs to. */
    int shardOf(int text) {
        int shard = 0;
        while (shard < shards.size() - 1 && text >= shards.get(shard).to()) {
            shard++;
        }
        return shard;
    }
}

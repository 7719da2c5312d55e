package org.latent4j.workbench;

import java.util.ArrayList;
import java.util.List;
import org.latent4j.model.site.Positions;
import org.latent4j.model.site.Site;
import org.latent4j.model.transformer.ModelConfig;

/** Which tensors a capture writes for a text, known before the model has run: their names, shapes and order. */
record CaptureLayout(ModelConfig config, List<Site> sites, Positions positions) {
    /** The most heap that an entry of a header takes in a file. */
    private static final int LONGEST_ENTRY = 192;

    /**
     * A tensor in a file: {@code 0.resid_post.12}, {@code F32}, {@code [positions, width]}. All types take 4 bytes a
     * value.
     */
    record Tensor(String name, String type, long[] shape) {
        long bytes() {
            long bytes = 4;
            for (long size : shape) {
                bytes = Math.multiplyExact(bytes, size);
            }
            return bytes;
        }
    }

    /** The tensors of a text, in the order in which they lie in the file: its token ids, then its sites. */
    List<Tensor> tensors(int text, int tokens) {
        List<Tensor> tensors = new ArrayList<>(1 + sites.size());
        tensors.add(new Tensor(text + ".input_ids", "I32", new long[]{tokens}));
        for (Site site : sites) {
            tensors.add(new Tensor(text + "." + site, "F32", shape(site, tokens)));
        }
        return tensors;
    }

    /** The bytes that a text of so many tokens takes, without the header. */
    long bytes(int tokens) {
        long bytes = 4L * tokens;
        for (Site site : sites) {
            bytes = Math.addExact(bytes, new Tensor("", "F32", shape(site, tokens)).bytes());
        }
        return bytes;
    }

    /** At most so many bytes of header for each text. */
    long headerBytes() {
        return (1L + sites.size()) * LONGEST_ENTRY;
    }

    /**
     * The values that running a text holds in memory at once, at the least: a pattern is whole before its rows are
     * chosen.
     */
    long values(int tokens) {
        long values = bytes(tokens) / 4;
        boolean patterns = sites.stream().anyMatch(site -> site.kind() == Site.Kind.ATTN_PATTERN);
        return patterns ? Math.addExact(values, (long) config.heads() * tokens * tokens) : values;
    }

    private long[] shape(Site site, int tokens) {
        int rows = positions instanceof Positions.Mean ? 1 : positions.in(tokens).length;
        return switch (site.kind()) {
            case ATTN_PATTERN -> new long[]{config.heads(), rows, tokens};
            case HEAD_OUT -> new long[]{rows, (long) (site.head() < 0 ? config.heads() : 1) * config.headWidth()};
            case MLP_ACT -> new long[]{rows, config.intermediate()};
            case LOGITS -> new long[]{rows, config.vocabulary()};
            default -> new long[]{rows, config.width()};
        };
    }
}

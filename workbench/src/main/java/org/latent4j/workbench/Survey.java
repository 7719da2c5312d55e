package org.latent4j.workbench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongConsumer;
import org.latent4j.kernel.LatentException;
import org.latent4j.model.site.Positions;

/**
 * What an input holds, found by reading all of it before the model runs: every mistake in it is told at once and not
 * after hours, and the sizes of all tensors are known.
 *
 * @param lengths the tokens of each text after cutting; 0 for one that is left out
 * @param truncated the texts that were cut
 * @param firstCut what the first of them was, for a note; empty if none was cut
 * @param skipped how many texts were empty and left out
 * @param kept what is kept of the texts beside their states
 * @param sha256 of the input
 */
record Survey(int[] lengths, List<Integer> truncated, String firstCut, int skipped, KeptTexts kept, String sha256) {
    /** The number of texts that are captured. */
    int texts() {
        return lengths.length - skipped;
    }

    /** The tokens of all texts. */
    long tokens() {
        return tokens(0, lengths.length);
    }

    /** The tokens of some texts. */
    long tokens(int from, int to) {
        long tokens = 0;
        for (int text = from; text < to; text++) {
            tokens += lengths[text];
        }
        return tokens;
    }

    /**
     * Reads an input to its end.
     *
     * @param progress hears how many bytes of the file have been read
     * @throws LatentException if a text is empty (unless such are skipped) or too long (unless such are cut), a token
     * or a position is out of range, or there is no text; the message names the first
     */
    static Survey of(TextInput input, PromptTokens tokens, LongConsumer progress) {
        int[] lengths = new int[16];
        int count = 0;
        int skipped = 0;
        List<Integer> truncated = new ArrayList<>();
        String firstCut = "";
        KeptTexts.Gathering kept = new KeptTexts.Gathering(tokens.model(), !tokens.positions().equals(Positions.MEAN));
        try (PromptReader reader = input.open(progress)) {
            for (Prompt prompt = reader.next(); prompt != null; prompt = reader.next()) {
                if (count == lengths.length) {
                    lengths = Arrays.copyOf(lengths, 2 * count);
                }
                PromptTokens.Tokens found = tokens.of(prompt);
                if (found.ids().length < found.whole()) {
                    if (truncated.isEmpty()) {
                        firstCut = "%s, %s tokens".formatted(prompt.origin(), Amounts.count(found.whole()));
                    }
                    truncated.add(count);
                }
                kept.add(prompt, found.ids());
                skipped += found.ids().length == 0 ? 1 : 0;
                lengths[count++] = found.ids().length;
            }
            if (count == skipped) {
                throw new LatentException(count == 0
                        ? "there is no text in %s".formatted(input.label())
                        : "every text in %s is empty".formatted(input.label()));
            }
            return new Survey(Arrays.copyOf(lengths, count), truncated, firstCut, skipped, kept.kept(), reader.sha256());
        }
    }
}

package org.latent4j.model.tokenizer;

import java.util.SplittableRandom;

/** Random texts in which everything meets everything. */
final class RandomText {
    private static final String[] PIECES = {" ", "  ", "\n", "\r\n", "\t", "\u00A0", "\u3000", "1", "22", "½", "٣",
        "a", "the", "The",
        "'s", "'ll", "'RE", "don't", "é", "e\u0301", "日本", "ไทย", "السلام", "😀", "👩‍👩‍👧", "—", "…", "!", "?!", "...",
        "==", "_",
        "<|im_start|>", "<|im_end|>", "<|im_", "|>", "<|endoftext|>", "\u0000", "\u0007", "\uFFFD", "\uFEFF", "ſ", "İ",
        "𝔘", "𐍈", "aaaa"};

    private RandomText() {}

    /** Awkward pieces and random characters of all planes. */
    static String mixed(SplittableRandom random, int most) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(most); i > 0; i--) {
            if (random.nextInt(4) == 0) {
                int c = random.nextInt(random.nextBoolean() ? 0x3000 : 0x20000);
                text.appendCodePoint(Character.isDefined(c) && Character.getType(c) != Character.SURROGATE ? c : 'x');
            } else {
                text.append(PIECES[random.nextInt(PIECES.length)]);
            }
        }
        return text.toString();
    }
}

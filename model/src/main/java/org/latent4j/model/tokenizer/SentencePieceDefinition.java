package org.latent4j.model.tokenizer;

import java.util.BitSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/**
 * All that makes a SentencePiece BPE tokenizer.
 *
 * @param source where it comes from, for errors
 * @param tokens the tokens by id, with {@code ▁} for a space and {@code <0xE2>} for a byte
 * @param scores how urgent it is to make each token, by id
 * @param spacePrefix whether a space is put before a text and after each token that the text writes out
 * @param writtenOut ids, ascending, of the tokens that are recognised when a text writes them out
 * @param swallowing those of them that swallow the white space after them
 * @param unknown the token for what has no other
 * @param begin the token that opens a text
 * @param end the token that ends a text
 * @param ends all tokens that end a text or a turn
 * @param addBegin whether the model's tokenizer opens a text with {@code begin}, which then is present
 * @param addEnd whether the model's tokenizer ends a text with {@code end}, which then is present
 */
record SentencePieceDefinition(String source, List<String> tokens, float[] scores, boolean spacePrefix,
        int[] writtenOut, BitSet swallowing, int unknown, OptionalInt begin, OptionalInt end, Set<Integer> ends,
        boolean addBegin, boolean addEnd) {

    /** SHA-256 of all that decides about ids. */
    String sha256() {
        DefinitionDigest digest = new DefinitionDigest().add("sentencepiece").add(tokens);
        for (float score : scores) {
            digest.add(Float.floatToIntBits(score));
        }
        digest.add(writtenOut.length).add(writtenOut).add(swallowing.cardinality())
                .add(swallowing.stream().toArray());
        return digest.add(unknown).add(begin).add(end).add(ends)
                .add((addBegin ? 1 : 0) + (addEnd ? 2 : 0) + (spacePrefix ? 4 : 0)).hex();
    }
}

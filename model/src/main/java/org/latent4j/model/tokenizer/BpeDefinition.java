package org.latent4j.model.tokenizer;

import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/**
 * All that makes a byte-level BPE tokenizer.
 *
 * @param source where it comes from, for errors
 * @param preTokenizer how words are cut
 * @param tokens the tokens by id, written in {@link ByteAlphabet} but for those of {@code writtenOut}
 * @param merges {@code left right}, the most urgent first
 * @param writtenOut ids, ascending, of the tokens that are recognised when a text writes them out
 * @param begin the token that opens a text
 * @param end the token that ends a text
 * @param ends all tokens that end a text or a turn
 * @param addBegin whether the model's tokenizer opens a text with {@code begin}, which then is present
 * @param addEnd whether the model's tokenizer ends a text with {@code end}, which then is present
 */
record BpeDefinition(String source, PreTokenizer preTokenizer, List<String> tokens, List<String> merges,
        int[] writtenOut, OptionalInt begin, OptionalInt end, Set<Integer> ends, boolean addBegin, boolean addEnd) {

    /**
     * SHA-256 of what decides about ids: the pre-tokenizer, each token, each merge, the ids that are recognised in
     * texts, begin and end.
     */
    String sha256() {
        return new DefinitionDigest().add(preTokenizer.name()).add(tokens).add(merges).add(writtenOut.length)
                .add(writtenOut).add(begin).add(end).add(ends).add((addBegin ? 1 : 0) + (addEnd ? 2 : 0)).hex();
    }
}

package org.latent4j.model.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.Set;
import org.latent4j.kernel.LatentException;

/**
 * SentencePiece's BPE: spaces become {@code ▁}, and of all neighbours that together are a token those with the highest
 * score are merged first, the leftmost of equals. A character that is no token becomes its bytes. Texts come back by
 * the steps of the decoder that the models' {@code tokenizer.json} names.
 */
final class SentencePiece implements Codec {
    private static final char SPACE = '▁';
    private static final int BYTES = 256;
    private static final int NEIGHBOURS = 1 << 20; // bits

    private final SentencePieceDefinition definition;
    private final TokenIndex ids;
    private final SpecialTokens special;
    private final int[] ranks; // by id: 0 for the highest score
    private final int[] byteTokens = new int[BYTES];
    private final BitSet neighbours = new BitSet(NEIGHBOURS);
    private final Decoder decoder;

    SentencePiece(SentencePieceDefinition definition) {
        this.definition = definition;
        List<String> tokens = definition.tokens();
        ids = new TokenIndex(tokens);
        special = new SpecialTokens(definition.writtenOut(), tokens);
        ranks = ranks(definition.scores());
        for (int value = 0; value < BYTES; value++) {
            int id = ids.id("<0x" + HexFormat.of().withUpperCase().toHexDigits((byte) value) + ">");
            byteTokens[value] = id == TokenIndex.NONE ? definition.unknown() : id;
        }
        for (String token : tokens) {
            for (int i = 1; i < token.length(); i++) {
                neighbours.set(neighbours(token.charAt(i - 1), token.charAt(i)));
            }
        }
        List<Decoder> steps = List.of(new Decoder.Replace(String.valueOf(SPACE), " "), new Decoder.ByteFallback(),
                new Decoder.Fuse(), new Decoder.Strip(" ", definition.spacePrefix() ? 1 : 0, 0));
        decoder = new Decoder.Sequence(steps);
    }

    private static int[] ranks(float[] scores) {
        float[] sorted = scores.clone();
        for (int i = 0; i < sorted.length; i++) {
            sorted[i] = 0f - sorted[i]; // the highest first; -0 becomes 0
        }
        float[] negated = sorted.clone();
        Arrays.sort(sorted);
        int distinct = 0;
        for (int i = 0; i < sorted.length; i++) {
            if (i == 0 || sorted[i] != sorted[i - 1]) {
                sorted[distinct++] = sorted[i];
            }
        }
        int[] ranks = new int[scores.length];
        for (int id = 0; id < ranks.length; id++) {
            ranks[id] = Arrays.binarySearch(sorted, 0, distinct, negated[id]);
        }
        return ranks;
    }

    /** A bit for two neighbours; others may share it. */
    private static int neighbours(char left, char right) {
        int mixed = (left << Character.SIZE | right) * 0x9E3779B9; // 2^32 over the golden ratio
        return mixed >>> Integer.numberOfLeadingZeros(NEIGHBOURS - 1);
    }

    @Override
    public int[] encode(String text) {
        Ids found = new Ids();
        encode(text, found);
        return found.toArray();
    }

    @Override
    public int[] encodeWithSpecial(String text) {
        Ids found = new Ids();
        if (definition.addBegin()) {
            found.add(definition.begin().orElseThrow());
        }
        encode(text, found);
        if (definition.addEnd()) {
            found.add(definition.end().orElseThrow());
        }
        return found.toArray();
    }

    private void encode(String text, Ids found) {
        Word word = new Word(found);
        int at = 0;
        boolean opens = true; // the text, or what follows a token that it writes out
        while (at < text.length()) {
            SpecialTokens.Found token = special.next(text, at);
            if (token.from() > at) {
                String piece = text.substring(at, token.from()).replace(' ', SPACE);
                encodePiece(opens && definition.spacePrefix() ? SPACE + piece : piece, word);
                opens = false;
            }
            at = token.to();
            if (token.id() >= 0) {
                found.add(token.id());
                opens = true;
                while (definition.swallowing().get(token.id()) && at < text.length()
                        && isWhiteSpace(text.charAt(at))) {
                    at++;
                }
            }
        }
    }

    /** Unicode's property, as Hugging Face's library takes it; llama.cpp takes that of ASCII. */
    private static boolean isWhiteSpace(char c) {
        return Character.isSpaceChar(c) || c >= '\t' && c <= '\r' || c == 0x85;
    }

    /**
     * Cuts where no token has the two neighbours, which no merge can cross: most vocabularies have no token with a
     * space inside a word, so that this cuts words and the work of merging stays small.
     */
    private void encodePiece(String piece, Word word) {
        int from = 0;
        for (int at = 1; at < piece.length(); at++) {
            if (!neighbours.get(neighbours(piece.charAt(at - 1), piece.charAt(at)))
                    && !Character.isLowSurrogate(piece.charAt(at))) {
                word.encode(piece, from, at);
                from = at;
            }
        }
        word.encode(piece, from, piece.length());
    }

    /** Working memory for one text. */
    private final class Word {
        private final Ids found;
        private final LongHeap heap = new LongHeap(64); // rank << 32 | symbol: void when its pair has another rank
        private int[] from = new int[64]; // by symbol: its first character
        private int[] next = new int[64];
        private int[] before = new int[64];
        private int[] both = new int[64]; // the token that the symbol and the next one are
        private int symbols;

        Word(Ids found) {
            this.found = found;
        }

        void encode(String text, int start, int end) {
            reserve(end - start);
            symbols = 0;
            for (int at = start; at < end; at += Character.charCount(text.codePointAt(at))) {
                from[symbols] = at;
                next[symbols] = symbols + 1;
                before[symbols] = symbols - 1;
                symbols++;
            }
            for (int symbol = 0; symbol < symbols; symbol++) {
                join(text, symbol, end);
            }
            while (!heap.isEmpty()) {
                long entry = heap.pop();
                int symbol = (int) entry;
                if (both[symbol] != TokenIndex.NONE && ranks[both[symbol]] == (int) (entry >>> Integer.SIZE)) {
                    merge(text, symbol, end);
                }
            }
            for (int symbol = 0; symbol < symbols; symbol = next[symbol]) {
                emit(text, from[symbol], endOf(symbol, end));
            }
        }

        private void merge(String text, int symbol, int end) {
            int swallowed = next[symbol];
            both[swallowed] = TokenIndex.NONE;
            next[symbol] = next[swallowed];
            if (next[symbol] < symbols) {
                before[next[symbol]] = symbol;
            }
            join(text, symbol, end);
            if (before[symbol] >= 0) {
                join(text, before[symbol], end);
            }
        }

        private void join(String text, int symbol, int end) {
            int after = next[symbol];
            both[symbol] = after == symbols ? TokenIndex.NONE : ids.id(text, from[symbol], endOf(after, end));
            if (both[symbol] != TokenIndex.NONE) {
                heap.push((long) ranks[both[symbol]] << Integer.SIZE | symbol);
            }
        }

        private int endOf(int symbol, int end) {
            return next[symbol] == symbols ? end : from[next[symbol]];
        }

        private void emit(String text, int start, int end) {
            int id = ids.id(text, start, end);
            if (id != TokenIndex.NONE) {
                found.add(id);
                return;
            }
            for (byte value : text.substring(start, end).getBytes(StandardCharsets.UTF_8)) {
                found.add(byteTokens[value & 0xFF]);
            }
        }

        private void reserve(int characters) {
            if (from.length < characters) {
                from = new int[characters];
                next = new int[characters];
                before = new int[characters];
                both = new int[characters];
            }
        }
    }

    @Override
    public List<Tokenizer.Span> spans(String text) {
        int[] found = encode(text);
        return TokenSpans.of(text, found, i -> {
            int value = Decoder.ByteFallback.byteOf(written(found[i]));
            return value < 0 ? token(found[i]).getBytes(StandardCharsets.UTF_8) : new byte[]{(byte) value};
        });
    }

    @Override
    public String decode(int[] ids) {
        return decoder.apply(Arrays.stream(ids).mapToObj(this::written).toList()).getFirst();
    }

    private String written(int id) {
        if (id < 0 || id >= size()) {
            throw ByteLevelBpe.outOfRange(id, size());
        }
        return definition.tokens().get(id);
    }

    @Override
    public String token(int id) {
        String written = written(id);
        int value = Decoder.ByteFallback.byteOf(written);
        return value < 0
                ? written.replace(SPACE, ' ')
                : new String(new byte[]{(byte) value}, StandardCharsets.UTF_8);
    }

    @Override
    public TextStream stream() {
        return new WindowStream(this::decode, id -> Decoder.ByteFallback.byteOf(written(id)) >= 0);
    }

    @Override
    public int size() {
        return definition.tokens().size();
    }

    @Override
    public OptionalInt beginToken() {
        return definition.begin();
    }

    @Override
    public OptionalInt endToken() {
        return definition.end();
    }

    @Override
    public Set<Integer> endTokens() {
        return definition.ends();
    }

    @Override
    public String sha256() {
        return definition.sha256();
    }

    @Override
    public void close() {}

    /** The scores, which must be one number for each token. */
    static float[] checked(float[] scores, int tokens, String source) {
        if (scores.length != tokens) {
            throw new LatentException(String.format(Locale.ROOT,
                    "%s has %d scores (tokenizer.ggml.scores) for %d tokens; the file is damaged", source,
                    scores.length, tokens));
        }
        for (int id = 0; id < scores.length; id++) {
            if (Float.isNaN(scores[id])) {
                throw new LatentException(source + " says that the score of token " + id
                        + " (tokenizer.ggml.scores) isn't a number; the file is damaged");
            }
        }
        return scores;
    }
}

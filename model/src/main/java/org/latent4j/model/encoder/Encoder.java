package org.latent4j.model.encoder;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import org.latent4j.kernel.Fingerprint;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.model.Model;
import org.latent4j.model.site.Positions;

/**
 * Texts to vectors, one a text. Sequences run packed end to end, without padding: a text's vector is the same bits alone and in
 * any batch, on any number of threads. Safe for use from several threads, which take turns.
 *
 * <p>A view on an encoder ({@link #forQueries}) shares its model; closing either closes both.
 */
public final class Encoder implements AutoCloseable {
    /** Texts go through the model in batches of so many tokens: results are let go of batch by batch. */
    private static final int BATCH_TOKENS = 1024;

    private static final String BEHIND = " behind \"";

    private final String name;
    private final States states;
    private final Recipe recipe;
    private final Map<String, String> asked;
    private final String prompt;
    private final String queryPrompt;
    private final SpecialTokens special;
    private final int limit;
    private final int promptPositions;

    Encoder(String name, States states, Recipe recipe, Map<String, String> asked, String prompt, String queryPrompt) {
        this.name = name;
        this.states = states;
        this.recipe = recipe;
        this.asked = asked;
        this.prompt = prompt;
        this.queryPrompt = queryPrompt;
        this.special = states.special();
        this.limit = Math.min(recipe.limit().orElse(Integer.MAX_VALUE), states.context());
        this.promptPositions = recipe.poolsPrompt() || prompt.isEmpty()
                ? 0
                : special.before().length + states.tokenizer().encode(cased(prompt)).length;
        int least = special.count() + states.tokenizer().encode(cased(prompt)).length + 1;
        if (limit < least) {
            throw new LatentException(("encoder '%s' takes %d tokens of a text, and its special tokens and the prompt leave no room: "
                    + "%d are needed at least").formatted(name, limit, least));
        }
    }

    /** What opens it again: the name it was opened by, where that is a path the whole of it. */
    public String name() {
        return name;
    }

    /** The model that computes; empty where vectors are looked up in a table. */
    public Optional<Model> model() {
        return states.model();
    }

    /** Where its files came from, in a few words. */
    public String origin() {
        return states.origin();
    }

    /** Under which licence it is given, if known. */
    public Optional<String> licence() {
        return states.licence();
    }

    /** What computes: {@code Vector API, 512 bits}, or that nothing does. */
    public String kernels() {
        return states.kernels();
    }

    /** The width of a vector. */
    public int width() {
        return recipe.width(states.width());
    }

    /** The most tokens of a text, special ones and the prompt included; longer texts are cut. */
    public int limit() {
        return limit;
    }

    /**
     * What was asked for when it was opened, beside the prompt, as text by name; empty where everything is as its files say. Belongs into
     * the manifest of what it makes: {@link Encoders.Options#asMade}.
     */
    public Map<String, String> asked() {
        return asked;
    }

    /** What a text is set behind. */
    public String prompt() {
        return prompt;
    }

    /** The prompts that the encoder knows, by name. */
    public Map<String, String> prompts() {
        return recipe.prompts();
    }

    /** Whether vectors have length one. */
    public boolean normalises() {
        return recipe.normalises();
    }

    /** How a vector is made, in a line: {@code mean of resid_post.5, normalised (modules.json)}. */
    public String told() {
        return "%s of %s%s%s (%s)".formatted(
                pooling(), states.site(), recipe.dims().isPresent() ? ", " + width() + " dimensions" : "",
                recipe.normalises() ? ", normalised" : "", recipe.told());
    }

    private String pooling() {
        return recipe.poolings().stream().map(Pooling::label).collect(Collectors.joining("+"));
    }

    /** What vectors of this encoder belong to. The first call reads the whole model to hash it, unless that was done before. */
    public Fingerprint fingerprint() {
        Fingerprint plain = states.fingerprint();
        String mode = plain.promptMode() + (prompt.isEmpty() ? "" : BEHIND + prompt + "\"");
        return new Fingerprint(plain.model(), plain.tokenizer(), mode).at(states.site(), pooling() + recipe.projection());
    }

    /** The prompt that a fingerprint of an encoder's vectors names; empty if none. */
    static String promptOf(Fingerprint made) {
        int at = made.promptMode().indexOf(BEHIND);
        return at < 0 ? "" : made.promptMode().substring(at + BEHIND.length(), made.promptMode().length() - 1);
    }

    /**
     * Sees that vectors of this fingerprint are this encoder's.
     *
     * @throws LatentException if they aren't; the message names both
     */
    void requireMade(Fingerprint made, String called) {
        if (!fingerprint().equals(made)) {
            throw new LatentException(("encoder '%s' (%s) makes other vectors than those of the space (%s): they can't be compared; "
                    + "encode the space anew, or open what made it").formatted(called, fingerprint(), made));
        }
    }

    Encoder withDims(int dims) {
        return new Encoder(name, states, recipe.withDims(OptionalInt.of(dims)), asked, prompt, queryPrompt);
    }

    /** The same encoder for queries: with the prompt that the model has for those. */
    public Encoder forQueries() {
        return prompt.equals(queryPrompt) ? this : new Encoder(name, states, recipe, asked, queryPrompt, queryPrompt);
    }

    /**
     * A text's tokens as the model reads them.
     *
     * @param ids with the prompt's and the special ones, at most {@link #limit()}
     * @param whole how many there would be if nothing was cut
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Tokens(int[] ids, int whole) {
        /** Whether the text was too long. */
        public boolean isCut() {
            return whole > ids.length;
        }
    }

    /**
     * A text's tokens, cut at the limit.
     *
     * @throws LatentException if the text isn't valid Unicode, or has no token and no special one is added; only a table's vector of
     *     nothing is zero
     */
    public Tokens tokens(String text) {
        int[] ids = states.tokenizer().encode(cased(prompt + text));
        int whole = special.count() + ids.length;
        if (whole == 0 && !states.takesNothing()) {
            throw new LatentException("the text is empty: there is no token whose states could become a vector");
        }
        return new Tokens(special.around(ids, Math.min(ids.length, limit - special.count())), whole);
    }

    /** How many tokens a text has by itself. */
    int count(String text) {
        return states.tokenizer().encode(cased(text)).length;
    }

    /** How many of a text's own tokens there is room for. */
    int room() {
        return limit - special.count() - states.tokenizer().encode(cased(prompt)).length;
    }

    /**
     * Cuts a text into pieces that overlap, at white space where it can be.
     *
     * @param tokens the most tokens of a piece, without the prompt's and the special ones
     * @param overlap how many of them at most it shares with the piece before
     * @return the pieces as they stand in the text; of an empty text the text itself
     * @throws LatentException if a piece of this length doesn't fit the encoder, or the overlap isn't shorter
     */
    public List<String> chunks(String text, int tokens, int overlap) {
        return new Chunks(this, tokens, overlap).of(text);
    }

    /** Lower case as the tokenizers library makes it: character by character. */
    private String cased(String text) {
        if (!recipe.lowerCase()) {
            return text;
        }
        StringBuilder lower = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            if (c == 0x130) { // the one capital letter that becomes two characters
                lower.append("i\u0307");
            } else {
                lower.appendCodePoint(Character.toLowerCase(c));
            }
        });
        return lower.toString();
    }

    /**
     * The vectors of texts; those that are too long are cut.
     *
     * @return {@code [texts, width]}, in their order
     */
    public Matrix encode(List<String> texts) {
        return vectors(texts.stream().map(text -> tokens(text).ids()).toList());
    }

    /** The vector of one text. */
    public float[] encode(String text) {
        return encode(List.of(text)).data();
    }

    /**
     * The vectors of token sequences, see {@link #tokens}.
     *
     * @return {@code [sequences, width]}, in their order
     */
    public Matrix vectors(List<int[]> sequences) {
        int width = width();
        Matrix out = Matrix.zeros(sequences.size(), width);
        int from = 0;
        while (from < sequences.size()) {
            int to = from;
            for (int tokens = 0; to < sequences.size() && (to == from || tokens + sequences.get(to).length <= BATCH_TOKENS); to++) {
                tokens += sequences.get(to).length;
            }
            List<Matrix> read = states.of(sequences.subList(from, to), positions());
            for (int i = from; i < to; i++) {
                System.arraycopy(vector(read.get(i - from), i), 0, out.data(), i * width, width);
            }
            from = to;
        }
        return out;
    }

    /** Where nothing else counts, only the one position is kept. */
    private Positions positions() {
        List<Pooling> poolings = recipe.poolings();
        if (poolings.equals(List.of(Pooling.LAST))) {
            return Positions.LAST;
        }
        return poolings.equals(List.of(Pooling.CLS)) && promptPositions == 0 ? Positions.of(0) : Positions.ALL;
    }

    private float[] vector(Matrix read, int number) {
        int stateWidth = read.columns();
        float[] pooled = new float[stateWidth * recipe.poolings().size()];
        int first = Math.min(promptPositions, read.rows() - 1);
        for (int p = 0; p < recipe.poolings().size() && read.rows() > 0; p++) { // of nothing zero
            recipe.poolings().get(p).pool(read, first, pooled, p * stateWidth);
        }
        for (Step step : recipe.steps()) {
            pooled = step.apply(pooled);
        }
        if (recipe.dims().isPresent() && recipe.dims().getAsInt() < pooled.length) {
            pooled = Arrays.copyOf(pooled, recipe.dims().getAsInt());
            pooled = recipe.normalises() ? new Step.Normalise().apply(pooled) : pooled;
        }
        for (float value : pooled) {
            if (!Float.isFinite(value)) {
                throw new LatentException("the vector of text %d isn't finite: the weights of '%s' may be damaged, see: latent models check"
                        .formatted(number, name));
            }
        }
        return pooled;
    }

    /** Closes the model, or the table. */
    @Override
    public void close() {
        states.close();
    }

    /** The pieces that a text is cut into, as (from, to) of its characters. */
    private static final class Chunks {
        private final Encoder encoder;
        private final int tokens;
        private final int overlap;

        Chunks(Encoder encoder, int tokens, int overlap) {
            this.encoder = encoder;
            this.tokens = tokens;
            this.overlap = overlap;
            int room = encoder.room();
            if (tokens < 1 || tokens > room) {
                throw new LatentException("chunk %d: give 1 to %d tokens; encoder '%s' takes %d, special ones and the prompt included"
                        .formatted(tokens, room, encoder.name, encoder.limit));
            }
            if (overlap < 0 || overlap >= tokens) {
                throw new LatentException(
                        "overlap %d: give 0 to %d, fewer tokens than a chunk's %d".formatted(overlap, tokens - 1, tokens));
            }
        }

        /** A run of characters without white space, and how many tokens it has. */
        private record Word(int from, int to, int tokens) {}

        List<String> of(String text) {
            if (encoder.count(text) <= tokens) {
                return List.of(text);
            }
            List<Word> words = words(text);
            List<String> chunks = new ArrayList<>();
            for (int first = 0; first < words.size();) {
                int end = end(text, words, first);
                chunks.add(text.substring(words.get(first).from, words.get(end - 1).to));
                first = end == words.size() ? end : next(words, first, end);
            }
            return chunks.isEmpty() ? List.of(text) : chunks;
        }

        private int end(String text, List<Word> words, int first) {
            int end = first + 1;
            for (int sum = words.get(first).tokens; end < words.size() && sum + words.get(end).tokens <= tokens; end++) {
                sum += words.get(end).tokens;
            }
            while (end > first + 1 && encoder.count(text.substring(words.get(first).from, words.get(end - 1).to)) > tokens) {
                end--; // words can have more tokens together than each by itself
            }
            return end;
        }

        /** Goes back by as many words as the overlap has room for, but further than the piece before began. */
        private int next(List<Word> words, int first, int end) {
            int next = end;
            for (int sum = 0; next - 1 > first && sum + words.get(next - 1).tokens <= overlap; next--) {
                sum += words.get(next - 1).tokens;
            }
            return next;
        }

        private List<Word> words(String text) {
            List<Word> words = new ArrayList<>();
            for (int from = 0; from < text.length();) {
                if (Character.isWhitespace(text.charAt(from))) {
                    from++;
                    continue;
                }
                int to = from;
                while (to < text.length() && !Character.isWhitespace(text.charAt(to))) {
                    to++;
                }
                add(words, text, from, to);
                from = to;
            }
            return words;
        }

        /** Halves what is longer than a piece may be. */
        private void add(List<Word> words, String text, int from, int to) {
            int count = encoder.count(text.substring(from, to));
            int middle = from + (to - from) / 2;
            if (middle > from && Character.isLowSurrogate(text.charAt(middle))) {
                middle--;
            }
            if (count <= tokens || middle == from) {
                words.add(new Word(from, to, count));
                return;
            }
            add(words, text, from, middle);
            add(words, text, middle, to);
        }
    }
}

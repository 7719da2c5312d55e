package org.latent4j.model.encoder;

import java.util.List;
import java.util.Optional;
import org.latent4j.kernel.Fingerprint;
import org.latent4j.kernel.Matrix;
import org.latent4j.model.Model;
import org.latent4j.model.site.Positions;
import org.latent4j.model.tokenizer.Tokenizer;

/** What the tokens of texts become before they are pooled: a model's states at a site, or the vectors of a table. Safe for threads. */
sealed interface States extends AutoCloseable permits ModelStates, TokenTable {
    Tokenizer tokenizer();

    /** The tokens that are set around a text. */
    SpecialTokens special();

    /** The most tokens of a text, special ones included. */
    int context();

    /** The width of a state. */
    int width();

    /** Where the states are read, as fingerprints name it. */
    String site();

    /** Whether a text without a token has a vector nevertheless: zero. */
    boolean takesNothing();

    /**
     * The states of token sequences, in their order.
     *
     * @param positions the positions that are needed; more may come
     * @return for each sequence {@code [positions, width]}
     */
    List<Matrix> of(List<int[]> sequences, Positions positions);

    /** What the states belong to, without pooling and prompt. */
    Fingerprint fingerprint();

    /** Where the files came from, in a few words. */
    String origin();

    /** Under which licence they are given, if known. */
    Optional<String> licence();

    /** What computes. */
    String kernels();

    /** The model that computes, if one does. */
    Optional<Model> model();

    @Override
    void close();
}

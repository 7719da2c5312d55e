package org.latent4j.insight;

import java.util.List;
import org.latent4j.model.PromptMode;

/**
 * What a logit lens saw of one text: every hidden state of the residual stream read through the model's final norm and
 * output head, as if the model had to answer there. One {@link Layer} a row, from {@code embed} to the last {@code
 * resid_post}; one {@link Cell} a token position.
 *
 * <p>The last layer's reading is the model's own answer: at every position the first candidate of the last layer is
 * what the model finally says there (see {@link #answer}). Immutable but for the array of ids.
 *
 * @param model the model's name, as it was asked for
 * @param mode how the text became tokens
 * @param ids the token ids that the model saw, one a position
 * @param tokens what each of {@code ids} says; bytes that are no whole character stand as U+FFFD
 * @param layers at least one; {@code embed} first, then {@code resid_post.0} and so on, each with as many cells as
 *     there are ids
 * @param next what the model expects after the last position, most probable first: the last layer's last cell
 * @param plane the plane that {@link Cell#x} and {@link Cell#y} lie in
 */
public record LensReading(
        String model,
        PromptMode mode,
        int[] ids,
        List<String> tokens,
        List<Layer> layers,
        List<Candidate> next,
        Plane plane) {

    /** Checks that there is a token for every id and a cell for every layer and position. */
    public LensReading {
        tokens = List.copyOf(tokens);
        layers = List.copyOf(layers);
        next = List.copyOf(next);
        if (ids.length == 0 || tokens.size() != ids.length || layers.isEmpty() || next.isEmpty()) {
            throw new IllegalArgumentException("a reading of " + ids.length + " ids, " + tokens.size() + " tokens, "
                    + layers.size() + " layers and " + next.size() + " next tokens");
        }
        for (Layer layer : layers) {
            if (layer.cells().size() != ids.length) {
                throw new IllegalArgumentException(
                        layer.site() + " has " + layer.cells().size() + " cells for " + ids.length + " positions");
            }
        }
    }

    /** How many token positions were read. */
    public int positions() {
        return ids.length;
    }

    /** The reading of one hidden state. */
    public Cell cell(int layer, int position) {
        return layers.get(layer).cells().get(position);
    }

    /** What the model finally says after this position: the first candidate of the last layer. */
    public Candidate answer(int position) {
        return cell(layers.size() - 1, position).first();
    }

    /**
     * One row: the residual stream at one depth.
     *
     * @param site the site's name: {@code embed}, {@code resid_post.0}, ...
     * @param cells one a position
     */
    public record Layer(String site, List<Cell> cells) {
        /** Keeps its own list of cells. */
        public Layer {
            cells = List.copyOf(cells);
        }
    }

    /**
     * One hidden state and what it says.
     *
     * @param top the most probable tokens, most probable first, at least one
     * @param answerRank where the model's final answer at this position stands here, counted from 1
     * @param answerProbability the probability of that final answer here, 0 to 1
     * @param entropy of the whole distribution over the vocabulary, in nats
     * @param norm Euclidean length of the hidden state
     * @param cosine of the angle to the hidden state of the same position one row above, -1 to 1; NaN at {@code embed}
     * @param x first coordinate in the {@link Plane}
     * @param y second coordinate in the {@link Plane}
     */
    public record Cell(
            List<Candidate> top,
            int answerRank,
            double answerProbability,
            double entropy,
            double norm,
            double cosine,
            double x,
            double y) {
        /** Keeps its own list of candidates. */
        public Cell {
            top = List.copyOf(top);
            if (top.isEmpty()) {
                throw new IllegalArgumentException("a cell without a candidate");
            }
        }

        /** What this hidden state says first. */
        public Candidate first() {
            return top.getFirst();
        }
    }

    /**
     * A token that might come next.
     *
     * @param id the token's id
     * @param token what it says
     * @param probability 0 to 1, a softmax over the whole vocabulary
     */
    public record Candidate(int id, String token, double probability) {}

    /**
     * The plane of the two first principal components of all hidden states read (every row, every position), each
     * scaled to unit length first: norms grow through the layers and are huge at the first position, so that unscaled
     * states would show nothing but their norms.
     *
     * @param first share of the scaled states' variance along x, 0 to 1
     * @param second share along y, 0 to 1, not more than {@code first}
     */
    public record Plane(double first, double second) {
        /** The share of variance that the plane holds, 0 to 1; the rest can't be seen in it. */
        public double variance() {
            return first + second;
        }
    }
}

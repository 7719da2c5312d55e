package org.latent4j.insight;

import java.util.List;
import org.latent4j.model.PromptMode;

/**
 * What every hidden state of a text would say: the logit lens (nostalgebraist 2020), every layer, every position.
 *
 * @param model the model's name
 * @param mode how the text became tokens
 * @param ids the tokens the model saw, {@code [positions]}
 * @param tokens what each of them says
 * @param layers the rows, from {@code embed} to the last {@code resid_post}
 * @param next the model's most likely next tokens, most probable first
 * @param planeVariance the share of the trajectories' variance that their plane holds, from 0 to 1
 */
public record LensReading(
        String model,
        PromptMode mode,
        int[] ids,
        List<String> tokens,
        List<Layer> layers,
        List<Candidate> next,
        double planeVariance) {

    /**
     * One row: the states at a site.
     *
     * @param site {@code embed}, {@code resid_post.0}, …
     * @param cells one a position
     */
    public record Layer(String site, List<Cell> cells) {}

    /**
     * One hidden state.
     *
     * @param top what it would say, most probable first
     * @param answerRank the place, from 1, of the token that the model finally says at this position
     * @param answerProbability that token's probability
     * @param entropy how undecided it is, in nats: 0 when certain, ln(vocabulary) when all tokens are alike
     * @param norm its Euclidean length
     * @param cosine to the same position one row above, -1 to 1; NaN for {@code embed}
     * @param x where it lies along the first principal component of all states, each scaled to length 1
     * @param y where it lies along the second
     */
    public record Cell(
            List<Candidate> top,
            int answerRank,
            double answerProbability,
            double entropy,
            double norm,
            double cosine,
            double x,
            double y) {}

    /**
     * A token that might be said.
     *
     * @param id its id
     * @param token what it says
     * @param probability from 0 to 1
     */
    public record Candidate(int id, String token, double probability) {}
}

package org.latent4j.model;

import java.util.List;

/**
 * A text that a model went on with.
 *
 * @param promptIds what it was given
 * @param ids what it said, the token it stopped at left out
 * @param text the same as text, cut before a stop string
 * @param stop why it ended: {@code end}, {@code stop: STRING}, {@code max-tokens}, {@code context}, {@code interrupted} or {@code
 *     overflow at SITE}
 * @param steering what the interventions did
 */
public record Continuation(int[] promptIds, int[] ids, String text, String stop, List<SteeringReport> steering) {}

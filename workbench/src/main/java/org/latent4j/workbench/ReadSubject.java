package org.latent4j.workbench;

import java.util.Optional;
import org.latent4j.kernel.Fingerprint;

/**
 * Of what a reading was made: the model, as headings and JSON name it, and how much of the text.
 *
 * @param architecture {@code llama}
 * @param blocks how many blocks the model has
 * @param width numbers in a hidden state
 * @param quantisation how weights are packed: {@code Q4_1/Q8_0/F32}
 * @param origin where the model came from
 * @param licence its licence, where known
 * @param wholeTokens tokens of the whole text; more than were read if it was cut
 * @param fingerprint what the states belong to, where it was worked out
 * @param steering what changed the states on their way
 */
record ReadSubject(
        String architecture,
        int blocks,
        int width,
        String quantisation,
        String origin,
        Optional<String> licence,
        int wholeTokens,
        Optional<Fingerprint> fingerprint,
        SteeringTold steering) {}

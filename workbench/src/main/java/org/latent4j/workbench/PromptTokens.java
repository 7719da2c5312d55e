package org.latent4j.workbench;

import java.util.Arrays;
import org.latent4j.kernel.LatentException;
import org.latent4j.model.Model;
import org.latent4j.model.PromptMode;
import org.latent4j.model.site.Positions;

/**
 * From prompts to the token ids that a model runs on, checked against what the model can take.
 *
 * @param truncate whether a text longer than the context is cut at its end; otherwise it is an error
 * @param skipEmpty whether an empty text has no tokens; otherwise it is an error
 */
record PromptTokens(Model model, PromptMode mode, Positions positions, boolean truncate, boolean skipEmpty) {
    /**
     * Token ids.
     *
     * @param whole how many there were before cutting
     */
    @SuppressWarnings("ArrayRecordComponent") // handed on, never compared
    record Tokens(int[] ids, int whole) {}

    /**
     * The tokens of a prompt; none if it is empty and such are skipped.
     *
     * @throws LatentException if it is empty or too long, or one of its tokens or the positions is out of range
     */
    Tokens of(Prompt prompt) {
        if (prompt.isEmpty() && skipEmpty) {
            return new Tokens(new int[0], 0);
        }
        if (prompt.isEmpty()) {
            throw empty(prompt, "is empty");
        }
        int[] ids = switch (prompt) {
            case Prompt.Text(String _, String text) -> model.tokens(text, mode);
            case Prompt.Ids(String _, int[] given) -> given;
        };
        if (ids.length == 0) {
            throw empty(prompt, "has no token");
        }
        int whole = ids.length;
        int context = model.config().context();
        if (whole > context && !truncate) {
            throw new LatentException(
                    ("%s has %s tokens, the context of %s has room for %s; shorten it, or "
                            + "--truncate cuts it")
                            .formatted(prompt.origin(), Amounts.count(whole), model.name(), Amounts.count(context)));
        }
        int[] kept = whole > context ? Arrays.copyOf(ids, context) : ids;
        checkRange(prompt, ids);
        checkPositions(prompt, kept.length);
        return new Tokens(kept, whole);
    }

    private static LatentException empty(Prompt prompt, String what) {
        return new LatentException("%s %s, so there is no hidden state to capture; --skip-empty leaves such texts out"
                .formatted(prompt.origin(), what));
    }

    private void checkRange(Prompt prompt, int[] ids) {
        int vocabulary = model.config().vocabulary();
        for (int i = 0; i < ids.length; i++) {
            if (ids[i] < 0 || ids[i] >= vocabulary) {
                throw new LatentException("%s: token %d is %d, and the ids of %s are 0 to %d"
                        .formatted(prompt.origin(), i, ids[i], model.name(), vocabulary - 1));
            }
        }
    }

    private void checkPositions(Prompt prompt, int tokens) {
        try {
            positions.in(tokens);
        } catch (LatentException e) {
            throw new LatentException(prompt.origin() + ": " + e.getMessage(), e);
        }
    }
}

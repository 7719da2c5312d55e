package org.latent4j.model.tokenizer.jinja;

import java.time.Clock;

/** The budget of one run of a template: steps, characters made, depth. Templates come from strangers. */
final class Run {
    private static final int CHARACTERS_A_STEP = 16;
    private static final int DEEPEST = 200;

    private final Clock clock;
    private long steps;
    private int depth;

    Run(long steps, Clock clock) {
        this.steps = steps;
        this.clock = clock;
    }

    Clock clock() {
        return clock;
    }

    /** One step of evaluation. */
    void step() {
        charge(1);
    }

    /** Text that is about to be made, in characters. */
    void text(long characters) {
        charge(1 + characters / CHARACTERS_A_STEP);
    }

    private void charge(long price) {
        steps -= price;
        if (steps < 0) {
            throw new TemplateException("it does more work than a chat template may");
        }
    }

    /** Enters a call or block. */
    void enter() {
        if (++depth > DEEPEST) {
            throw new TemplateException("its calls are nested more than " + DEEPEST + " deep");
        }
    }

    void leave() {
        depth--;
    }
}

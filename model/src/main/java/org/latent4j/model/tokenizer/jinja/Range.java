package org.latent4j.model.tokenizer.jinja;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What {@code range} makes: its numbers, and how it was made, which it prints. */
final class Range extends Listed {
    private final long from;
    private final long to;
    private final long step;

    Range(long from, long to, long step, List<@Nullable Object> numbers) {
        super(Form.RANGE, numbers);
        this.from = from;
        this.to = to;
        this.step = step;
    }

    /** The numbers at some of its places, which are a range again. */
    Range part(long first, long end, long stride, List<@Nullable Object> numbers) {
        return new Range(from + first * step, from + end * step, step * stride, numbers);
    }

    String shown() {
        return "range(" + from + ", " + to + (step == 1 ? "" : ", " + step) + ")";
    }
}

package org.latent4j.model.tokenizer.jinja;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What Python makes of {@code map}, {@code select} and their like: true even when nothing is in it, without a length or
 * places, and gone through once.
 */
final class Generated {
    private @Nullable Supplier<List<@Nullable Object>> source;
    private Iterator<@Nullable Object> rest = List.<@Nullable Object>of().iterator();

    /** One whose items are made, and may fail, when the first is asked for. */
    Generated(Supplier<List<@Nullable Object>> source) {
        this.source = source;
    }

    private Iterator<@Nullable Object> rest() {
        if (source != null) {
            Supplier<List<@Nullable Object>> items = source;
            source = null;
            rest = items.get().iterator();
        }
        return rest;
    }

    /** The next item; {@link Scope.Undefined} behind the last. */
    @Nullable
    Object next() {
        return rest().hasNext() ? rest.next() : new Scope.Undefined("an item of nothing");
    }

    /** What hasn't been gone through; nothing is left. */
    List<@Nullable Object> all() {
        List<@Nullable Object> items = new ArrayList<>();
        rest().forEachRemaining(items::add);
        return items;
    }

    /** Goes on until it has come past the item, and says whether it has. */
    boolean comesPast(@Nullable Object item) {
        while (rest().hasNext()) {
            if (Value.equal(rest.next(), item)) {
                return true;
            }
        }
        return false;
    }
}

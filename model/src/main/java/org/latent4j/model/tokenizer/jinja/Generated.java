package org.latent4j.model.tokenizer.jinja;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What Python makes of {@code map}, {@code select} and their like: true even when nothing is in it, without a length or
 * places, and gone through once.
 */
final class Generated {
    private final Iterator<@Nullable Object> rest;

    Generated(List<@Nullable Object> items) {
        rest = items.iterator();
    }

    /** The next item; {@link Scope.Undefined} behind the last. */
    @Nullable
    Object next() {
        return rest.hasNext() ? rest.next() : new Scope.Undefined("an item of nothing");
    }

    /** What hasn't been gone through; nothing is left. */
    List<@Nullable Object> rest() {
        List<@Nullable Object> items = new ArrayList<>();
        rest.forEachRemaining(items::add);
        return items;
    }

    /** Goes on until it has come past the item, and says whether it has. */
    boolean comesPast(@Nullable Object item) {
        while (rest.hasNext()) {
            if (Value.equal(rest.next(), item)) {
                return true;
            }
        }
        return false;
    }
}

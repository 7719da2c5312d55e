package org.latent4j.model.tokenizer.jinja;

import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A list that Python doesn't take for one: it prints otherwise, is equal to none but its own kind, and of some kinds the
 * items can't be asked for.
 */
sealed class Listed extends AbstractList<@Nullable Object> permits Range {
    /** What Python calls it. */
    enum Form {
        TUPLE(""), GROUP(""), KEYS("dict_keys"), VALUES("dict_values"), ITEMS("dict_items"), RANGE("range");

        private final String name;

        Form(String name) {
            this.name = name;
        }

        /** What Python calls it where it prints it. */
        String printed() {
            return name;
        }

        /** Whether it is one of the looks into a dictionary, which have no places. */
        boolean isView() {
            return this == KEYS || this == VALUES || this == ITEMS;
        }

        boolean isTuple() {
            return this == TUPLE || this == GROUP;
        }
    }

    private final Form form;
    private final List<@Nullable Object> items;

    Listed(Form form, List<@Nullable Object> items) {
        this.form = form;
        this.items = items;
    }

    /** A tuple of two. */
    static Listed pair(@Nullable Object first, @Nullable Object second) {
        List<@Nullable Object> pair = new ArrayList<>(2);
        Collections.addAll(pair, first, second);
        return new Listed(Form.TUPLE, pair);
    }

    /** The kind of a list; null of Python's own. */
    static @Nullable Form formOf(List<?> list) {
        return list instanceof Listed listed ? listed.form : null;
    }

    /** Whether both are lists, or both tuples, or both the same kind of something else. */
    static boolean alike(List<?> a, List<?> b) {
        Form x = formOf(a);
        Form y = formOf(b);
        return x == y || x != null && y != null && x.isTuple() && y.isTuple();
    }

    final Form form() {
        return form;
    }

    @Override
    public @Nullable Object get(int index) {
        return items.get(index);
    }

    @Override
    public int size() {
        return items.size();
    }
}

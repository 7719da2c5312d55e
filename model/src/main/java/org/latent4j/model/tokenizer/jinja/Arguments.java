package org.latent4j.model.tokenizer.jinja;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.latent4j.model.tokenizer.jinja.Scope.Undefined;

/** What a call gives: values by place, then by name. */
record Arguments(List<@Nullable Object> positional, Map<String, @Nullable Object> named) {
    /** The argument at a place or of a name; {@link Undefined} when it isn't given. */
    @Nullable
    Object get(int place, String name) {
        return place < positional.size()
                ? positional.get(place)
                : named.containsKey(name) ? named.get(name) : new Undefined(name);
    }

    /** The same with a value for when it isn't given. */
    @Nullable
    Object get(int place, String name, @Nullable Object otherwise) {
        return place < positional.size() || named.containsKey(name) ? get(place, name) : otherwise;
    }

    /** A string that must be given. */
    String string(int place, String name) {
        return Value.string(get(place, name));
    }

    /** A whole number, or the other when it isn't given. */
    long integer(int place, String name, long otherwise) {
        Object given = get(place, name, otherwise);
        return Value.integer(given);
    }

    boolean has(int place, String name) {
        return !(get(place, name) instanceof Undefined);
    }
}

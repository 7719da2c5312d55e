package org.latent4j.model.tokenizer.jinja;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Variables, the ones of the surrounding scopes behind them, and the budget of the run they belong to. */
final class Scope {
    private final @Nullable Scope parent;
    private final @Nullable Scope top;
    private final Map<String, @Nullable Object> variables = new HashMap<>();
    private final Run run;

    /** The outermost scope. */
    Scope(Run run) {
        this.parent = null;
        this.top = null;
        this.run = run;
    }

    /** An inner scope. */
    Scope(Scope parent) {
        this.parent = parent;
        this.top = parent.parent == null ? null : parent.top == null ? parent : parent.top;
        this.run = parent.run;
    }

    /** The scope of the template itself, which is the one inside the outermost. */
    Scope top() {
        return top == null ? this : top;
    }

    Run run() {
        return run;
    }

    /** The value of a variable; {@link Undefined} when no scope has it. */
    @Nullable
    Object get(String name) {
        for (Scope scope = this; scope != null; scope = scope.parent) {
            if (scope.variables.containsKey(name)) {
                return scope.variables.get(name);
            }
        }
        return new Undefined(name);
    }

    void set(String name, @Nullable Object value) {
        variables.put(name, value);
    }

    /** What isn't there: prints as nothing, is false, and can't be looked into. */
    record Undefined(String name) {}
}

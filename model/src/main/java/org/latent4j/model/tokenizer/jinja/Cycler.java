package org.latent4j.model.tokenizer.jinja;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.latent4j.model.tokenizer.jinja.Value.Callable;

/** What {@code cycler(a, b)} makes: hands out its items in turn. */
final class Cycler implements Thing {
    private final List<@Nullable Object> items;
    private int at;

    Cycler(List<@Nullable Object> items) {
        if (items.isEmpty()) {
            throw new TemplateException("a cycler has nothing to hand out");
        }
        this.items = items;
    }

    @Override
    public @Nullable Object attribute(String name) {
        return switch (name) {
            case "current" -> items.get(at);
            case "next" -> (Callable) (run, a) -> next();
            case "reset" -> (Callable) (run, a) -> {
                at = 0;
                return null;
            };
            default -> new Scope.Undefined(name);
        };
    }

    private @Nullable Object next() {
        Object next = items.get(at);
        at = (at + 1) % items.size();
        return next;
    }

    @Override
    public String shown() {
        return "<Cycler>";
    }
}

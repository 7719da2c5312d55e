package org.latent4j.model.tokenizer.jinja;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.latent4j.model.tokenizer.jinja.Scope.Undefined;
import org.latent4j.model.tokenizer.jinja.Value.Callable;

/** What {@code loop} is inside a loop; called, it goes through other items with the same body. */
final class Loop implements Thing, Callable {
    private final List<@Nullable Object> items;
    private final int depth;
    private final @Nullable Callable again;
    private int at = -1;
    private @Nullable Object seen;

    /**
     * @param items what is gone through
     * @param depth how many loops that called themselves this one is in
     * @param again the loop with other items, where it was said to be recursive
     */
    Loop(List<@Nullable Object> items, int depth, @Nullable Callable again) {
        this.items = items;
        this.depth = depth;
        this.again = again;
    }

    /** The next item; there must be one. */
    @Nullable
    Object next() {
        return items.get(++at);
    }

    @Override
    public @Nullable Object attribute(String name) {
        int size = items.size();
        return switch (name) {
            case "index" -> at + 1L;
            case "index0" -> (long) at;
            case "revindex" -> (long) size - at;
            case "revindex0" -> size - at - 1L;
            case "first" -> at == 0;
            case "last" -> at == size - 1;
            case "length" -> (long) size;
            case "depth" -> depth + 1L;
            case "depth0" -> (long) depth;
            case "previtem" -> at > 0 ? items.get(at - 1) : new Undefined("loop.previtem");
            case "nextitem" -> at + 1 < size ? items.get(at + 1) : new Undefined("loop.nextitem");
            case "cycle" -> (Callable) (run, a) -> cycled(a);
            case "changed" -> (Callable) (run, a) -> changed(a.positional());
            default -> new Undefined(name);
        };
    }

    private @Nullable Object cycled(Arguments a) {
        if (a.positional().isEmpty()) {
            throw new TemplateException("loop.cycle has nothing to hand out");
        }
        return a.positional().get(at % a.positional().size());
    }

    private boolean changed(List<@Nullable Object> values) {
        boolean changed = seen == null || !Value.equal(seen, values);
        seen = values;
        return changed;
    }

    @Override
    public @Nullable Object call(Run run, Arguments arguments) {
        if (again == null) {
            throw new TemplateException("a loop that isn't said to be recursive can't be called");
        }
        return again.call(run, arguments);
    }

    @Override
    public String shown() {
        return "<LoopContext " + (at + 1) + "/" + items.size() + ">";
    }
}

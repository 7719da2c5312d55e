package org.latent4j.model.tokenizer.jinja;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.latent4j.model.tokenizer.jinja.Value.Callable;

/**
 * What {@code self} is: the template's blocks as functions.
 *
 * @param blocks by name
 * @param top the scope in which they run
 */
record Self(Map<String, Statement.NamedBlock> blocks, Scope top) implements Thing {
    @Override
    public @Nullable Object attribute(String name) {
        Statement.NamedBlock block = blocks.get(name);
        if (block == null) {
            return new Scope.Undefined(name);
        }
        return (Callable) (run, a) -> {
            StringBuilder text = new StringBuilder();
            block.run(top, text);
            return text.toString();
        };
    }

    @Override
    public String shown() {
        return "<TemplateReference None>";
    }
}

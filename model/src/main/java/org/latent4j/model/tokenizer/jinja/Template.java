package org.latent4j.model.tokenizer.jinja;

import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A template that has been read. It sees the values it is given and nothing else: no Java object, no file, no other
 * template. Rendering takes a bounded number of steps and makes a bounded amount of text. Immutable and safe for
 * threads.
 */
public final class Template {
    private static final int LONGEST = 1 << 20;
    private static final long STEPS = 2_000_000;
    private static final int STEPS_A_CHARACTER = 4; // of what the template is given

    private final List<Statement> statements;
    private final Map<String, Statement.NamedBlock> blocks;

    private Template(List<Statement> statements, Map<String, Statement.NamedBlock> blocks) {
        this.statements = statements;
        this.blocks = blocks;
    }

    /**
     * Reads a template.
     *
     * @throws TemplateException if it isn't one, with the line
     */
    public static Template parse(String source) {
        if (source.length() > LONGEST) {
            throw new TemplateException("it has " + source.length() + " characters; at most " + LONGEST + " are read");
        }
        Parser parser = new Parser(source);
        return new Template(parser.statements(), parser.blocks());
    }

    /**
     * Renders it.
     *
     * @param variables strings, numbers, truth values, null, and lists and maps of them
     * @param characters how much text the variables hold; long conversations may take more steps
     * @param clock what {@code strftime_now} reads
     * @throws TemplateException if it fails, refuses what it was given, or does more work than it may
     */
    public String render(Map<String, ?> variables, long characters, Clock clock) {
        Scope globals = new Scope(new Run(STEPS + STEPS_A_CHARACTER * characters, clock));
        Functions.all().forEach(globals::set);
        for (Map.Entry<String, ? extends @Nullable Object> variable : variables.entrySet()) {
            globals.set(variable.getKey(), Value.of(variable.getValue()));
        }
        Scope top = new Scope(globals);
        globals.set("self", new Self(blocks, top));
        StringBuilder out = new StringBuilder();
        Statement.all(statements, top, out);
        return out.toString();
    }
}

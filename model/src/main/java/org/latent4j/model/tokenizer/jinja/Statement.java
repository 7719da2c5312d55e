package org.latent4j.model.tokenizer.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.latent4j.model.tokenizer.jinja.Scope.Undefined;
import org.latent4j.model.tokenizer.jinja.Value.Callable;
import org.latent4j.model.tokenizer.jinja.Value.Namespace;

/** A statement of a template. */
sealed interface Statement {
    /** How a statement was left. */
    enum Flow {
        ON, BREAK, CONTINUE
    }

    /** Appends what it prints. */
    Flow run(Scope scope, StringBuilder out);

    /** The line on which it stands, for what its expressions don't say; 0 where nothing else can fail. */
    default int line() {
        return 0;
    }

    /** Runs statements until one leaves the loop they are in. */
    static Flow all(List<Statement> body, Scope scope, StringBuilder out) {
        for (Statement statement : body) {
            scope.run().step();
            Flow flow = run(statement, scope, out);
            if (flow != Flow.ON) {
                return flow;
            }
        }
        return Flow.ON;
    }

    private static Flow run(Statement statement, Scope scope, StringBuilder out) {
        try {
            return statement.run(scope, out);
        } catch (TemplateException e) {
            throw e.at(statement.line());
        }
    }

    record Text(String text) implements Statement {
        @Override
        public Flow run(Scope scope, StringBuilder out) {
            scope.run().text(text.length());
            out.append(text);
            return Flow.ON;
        }
    }

    record Print(Expression expression) implements Statement {
        @Override
        public int line() {
            return expression.line();
        }

        @Override
        public Flow run(Scope scope, StringBuilder out) {
            String text = Value.text(scope.run(), expression.value(scope));
            scope.run().text(text.length());
            out.append(text);
            return Flow.ON;
        }
    }

    record If(Expression condition, List<Statement> then, List<Statement> otherwise) implements Statement {
        @Override
        public Flow run(Scope scope, StringBuilder out) {
            return all(Value.isTrue(condition.value(scope)) ? then : otherwise, scope, out);
        }
    }

    /**
     * What is assigned to: a name, one name of a namespace, or several targets with commas between.
     *
     * @param name the name, or that of the namespace; nothing where there are several
     * @param attribute the name inside the namespace, where it is one
     * @param parts the several
     */
    record Target(int line, String name, @Nullable String attribute, List<Target> parts) {
        static Target of(int line, String name) {
            return new Target(line, name, null, List.of());
        }

        void assign(Scope scope, @Nullable Object value) {
            if (attribute != null) {
                if (!(scope.get(name) instanceof Namespace(var entries))) {
                    throw new TemplateException(line, "'" + name + "' isn't a namespace");
                }
                entries.put(attribute, value);
            } else if (parts.isEmpty()) {
                scope.set(name, value);
            } else {
                List<@Nullable Object> items = Value.items(scope.run(), Markup.plain(value));
                if (items.size() != parts.size()) {
                    throw new TemplateException(line, items.size() + " values for " + parts.size() + " names");
                }
                for (int i = 0; i < items.size(); i++) {
                    parts.get(i).assign(scope, items.get(i));
                }
            }
        }
    }

    record Set(Target target, Expression value) implements Statement {
        @Override
        public int line() {
            return target.line();
        }

        @Override
        public Flow run(Scope scope, StringBuilder out) {
            target.assign(scope, value.marked(scope));
            return Flow.ON;
        }
    }

    /** {@code set} around a body, whose output is assigned; {@code filtered} reads it as {@link FilterBlock#OUTPUT}. */
    record SetBlock(Target target, Expression filtered, List<Statement> body) implements Statement {
        @Override
        public int line() {
            return target.line();
        }

        @Override
        public Flow run(Scope scope, StringBuilder out) {
            StringBuilder text = new StringBuilder();
            Scope inner = new Scope(scope);
            all(body, inner, text);
            inner.set(FilterBlock.OUTPUT, text.toString());
            target.assign(scope, filtered.value(inner));
            return Flow.ON;
        }
    }

    /** A body of its own scope: {@code with}, {@code generation}. */
    record Block(List<Target> targets, List<Expression> values, List<Statement> body) implements Statement {
        @Override
        public Flow run(Scope scope, StringBuilder out) {
            Scope inner = new Scope(scope);
            for (int i = 0; i < targets.size(); i++) {
                targets.get(i).assign(inner, values.get(i).value(scope));
            }
            return all(body, inner, out);
        }
    }

    /** A body whose output goes through filters; {@code filtered} reads it as the variable {@link #OUTPUT}. */
    record FilterBlock(Expression filtered, List<Statement> body) implements Statement {
        @Override
        public int line() {
            return filtered.line();
        }

        /** No name that a template could write. */
        static final String OUTPUT = "filter block";

        @Override
        public Flow run(Scope scope, StringBuilder out) {
            StringBuilder text = new StringBuilder();
            Flow flow = all(body, new Scope(scope), text);
            Scope inner = new Scope(scope);
            inner.set(OUTPUT, text.toString());
            out.append(Value.text(scope.run(), filtered.value(inner)));
            return flow;
        }
    }

    record Leave(Flow flow) implements Statement {
        @Override
        public Flow run(Scope scope, StringBuilder out) {
            return flow;
        }
    }

    record For(Target target, Expression items, @Nullable Expression condition, boolean recursive, List<Statement> body,
            List<Statement> otherwise) implements Statement {
        @Override
        public int line() {
            return items.line();
        }

        @Override
        public Flow run(Scope scope, StringBuilder out) {
            run(scope, items.value(scope), 0, out);
            return Flow.ON;
        }

        private void run(Scope scope, @Nullable Object through, int depth, StringBuilder out) {
            List<@Nullable Object> selected = selected(scope, through);
            boolean gone = false; // an item that was left by break or continue doesn't count, a quirk of Jinja2's
            Loop loop = new Loop(selected, depth, recursive ? (run, a) -> again(scope, a.get(0, "iterable"), depth + 1) : null);
            for (int i = 0; i < selected.size(); i++) {
                scope.run().step();
                Scope inner = new Scope(scope);
                inner.set("loop", loop);
                target.assign(inner, loop.next());
                Flow flow = all(body, inner, out);
                gone |= flow == Flow.ON;
                if (flow == Flow.BREAK) {
                    break;
                }
            }
            if (!gone) {
                all(otherwise, new Scope(scope), out);
            }
        }

        private String again(Scope scope, @Nullable Object through, int depth) {
            StringBuilder text = new StringBuilder();
            run(scope, through, depth, text);
            return text.toString();
        }

        private List<@Nullable Object> selected(Scope scope, @Nullable Object through) {
            List<@Nullable Object> all = Value.items(scope.run(), through);
            if (condition == null) {
                return all;
            }
            List<@Nullable Object> selected = new ArrayList<>();
            for (Object item : all) {
                Scope inner = new Scope(scope);
                target.assign(inner, item);
                if (Value.isTrue(condition.value(inner))) {
                    selected.add(item);
                }
            }
            return selected;
        }
    }

    /** A part of the template with a name, which runs where it stands and sees the template's own variables. */
    record NamedBlock(int line, boolean scoped, List<Statement> body) implements Statement {
        @Override
        public Flow run(Scope scope, StringBuilder out) {
            scope.run().enter();
            Flow flow = all(body, new Scope(scoped ? scope : scope.top()), out);
            scope.run().leave();
            return flow;
        }
    }

    /**
     * A macro.
     *
     * @param takes which of {@code varargs}, {@code kwargs} and {@code caller} its body looks at; without, it refuses them
     */
    record Macro(String name, List<String> parameters, Map<String, Expression> defaults, List<String> takes,
            List<Statement> body) implements Statement {
        @Override
        public Flow run(Scope scope, StringBuilder out) {
            scope.set(name, callable(scope));
            return Flow.ON;
        }

        /** The macro as a function. */
        Callable callable(Scope scope) {
            return (run, arguments) -> {
                Scope inner = new Scope(scope);
                surplus(inner, arguments);
                for (int i = 0; i < parameters.size(); i++) {
                    String parameter = parameters.get(i);
                    Expression otherwise = defaults.get(parameter);
                    boolean given = i < arguments.positional().size() || arguments.named().containsKey(parameter);
                    inner.set(parameter, given || otherwise == null
                            ? arguments.get(i, parameter)
                            : otherwise.value(inner));
                }
                StringBuilder text = new StringBuilder();
                all(body, inner, text);
                return text.toString();
            };
        }

        /** What is given beyond the parameters goes where the macro looks for it, or is refused. */
        private void surplus(Scope inner, Arguments arguments) {
            Map<String, @Nullable Object> named = new LinkedHashMap<>(arguments.named());
            int places = Math.min(parameters.size(), arguments.positional().size());
            parameters.subList(places, parameters.size()).forEach(named::remove);
            List<@Nullable Object> more = arguments.positional().subList(places, arguments.positional().size());
            if (takes.contains("caller") && !parameters.contains("caller")) {
                inner.set("caller", named.containsKey("caller") ? named.remove("caller") : new Undefined("caller"));
            }
            if (takes.contains("kwargs")) {
                inner.set("kwargs", named);
            } else if (!named.isEmpty()) {
                throw new TemplateException("macro '" + name + "' has no parameter '" + named.keySet().iterator().next() + "'");
            }
            if (takes.contains("varargs")) {
                inner.set("varargs", new Listed(Listed.Form.TUPLE, more));
            } else if (!more.isEmpty()) {
                throw new TemplateException("macro '" + name + "' has " + parameters.size() + " parameters and is given "
                        + arguments.positional().size() + " values");
            }
        }
    }

    /** {@code call}: a macro call that gets a body as {@code caller}. */
    record CallBlock(Expression.Call call, Macro caller) implements Statement {
        @Override
        public int line() {
            return call.line();
        }

        @Override
        public Flow run(Scope scope, StringBuilder out) {
            Map<String, Expression> named = new LinkedHashMap<>(call.named());
            named.put("caller", new Expression.Literal(call.line(), caller.callable(scope)));
            Object text = new Expression.Call(call.line(), call.function(), call.positional(), named).value(scope);
            out.append(Value.text(scope.run(), text));
            return Flow.ON;
        }
    }
}

package org.latent4j.model.tokenizer.jinja;

import java.util.ArrayList;
import java.util.HashMap;
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

    /** Runs statements until one leaves the loop they are in. */
    static Flow all(List<Statement> body, Scope scope, StringBuilder out) {
        for (Statement statement : body) {
            scope.run().step();
            Flow flow = statement.run(scope, out);
            if (flow != Flow.ON) {
                return flow;
            }
        }
        return Flow.ON;
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

    /** What is assigned to: names, or one name of a namespace. */
    record Target(int line, List<String> names, @Nullable String attribute) {
        void assign(Scope scope, @Nullable Object value) {
            if (attribute != null) {
                if (!(scope.get(names.getFirst()) instanceof Namespace(var entries))) {
                    throw new TemplateException(line, "'" + names.getFirst() + "' isn't a namespace");
                }
                entries.put(attribute, value);
            } else if (names.size() == 1) {
                scope.set(names.getFirst(), value);
            } else {
                List<@Nullable Object> items = Value.items(scope.run(), value);
                if (items.size() != names.size()) {
                    throw new TemplateException(line, items.size() + " values for " + names.size() + " names");
                }
                for (int i = 0; i < items.size(); i++) {
                    scope.set(names.get(i), items.get(i));
                }
            }
        }
    }

    record Set(Target target, Expression value) implements Statement {
        @Override
        public Flow run(Scope scope, StringBuilder out) {
            target.assign(scope, value.value(scope));
            return Flow.ON;
        }
    }

    /** {@code set} around a body, whose output is assigned. */
    record SetBlock(Target target, List<Statement> body) implements Statement {
        @Override
        public Flow run(Scope scope, StringBuilder out) {
            StringBuilder text = new StringBuilder();
            all(body, new Scope(scope), text);
            target.assign(scope, text.toString());
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

    record For(Target target, Expression items, @Nullable Expression condition, List<Statement> body,
            List<Statement> otherwise) implements Statement {
        @Override
        public Flow run(Scope scope, StringBuilder out) {
            List<@Nullable Object> selected = selected(scope);
            if (selected.isEmpty()) {
                return all(otherwise, new Scope(scope), out);
            }
            Loop loop = new Loop(selected);
            for (int i = 0; i < selected.size(); i++) {
                scope.run().step();
                Scope inner = new Scope(scope);
                inner.set("loop", loop.at(i));
                target.assign(inner, selected.get(i));
                if (all(body, inner, out) == Flow.BREAK) {
                    break;
                }
            }
            return Flow.ON;
        }

        private List<@Nullable Object> selected(Scope scope) {
            List<@Nullable Object> all = Value.items(scope.run(), items.value(scope));
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

    /** What {@code loop} is inside a loop. */
    record Loop(List<@Nullable Object> items) {
        Map<String, @Nullable Object> at(int index) {
            long size = items.size();
            Map<String, @Nullable Object> loop = new HashMap<>();
            loop.put("index", index + 1L);
            loop.put("index0", (long) index);
            loop.put("revindex", size - index);
            loop.put("revindex0", size - index - 1);
            loop.put("first", index == 0);
            loop.put("last", index == size - 1);
            loop.put("length", size);
            loop.put("previtem", index > 0 ? items.get(index - 1) : new Undefined("loop.previtem"));
            loop.put("nextitem", index + 1 < size ? items.get(index + 1) : new Undefined("loop.nextitem"));
            Callable cycle = (run, a) -> a.positional().isEmpty()
                    ? null
                    : a.positional().get(index % a.positional().size());
            loop.put("cycle", cycle);
            return loop;
        }
    }

    record Macro(String name, List<String> parameters, Map<String, Expression> defaults, List<Statement> body)
            implements
                Statement {
        @Override
        public Flow run(Scope scope, StringBuilder out) {
            scope.set(name, callable(scope, null));
            return Flow.ON;
        }

        /** The macro as a function; {@code caller} is what a call block hands in. */
        Callable callable(Scope scope, @Nullable Callable caller) {
            return (run, arguments) -> {
                Scope inner = new Scope(scope);
                if (caller != null) {
                    inner.set("caller", caller);
                }
                arguments.named().forEach((argument, value) -> {
                    if (argument.equals("caller")) {
                        inner.set(argument, value);
                    } else if (!parameters.contains(argument)) {
                        throw new TemplateException("macro '" + name + "' has no parameter '" + argument + "'");
                    }
                });
                for (int i = 0; i < parameters.size(); i++) {
                    String parameter = parameters.get(i);
                    Expression otherwise = defaults.get(parameter);
                    boolean given = arguments.has(i, parameter);
                    inner.set(parameter, given || otherwise == null
                            ? arguments.get(i, parameter)
                            : otherwise.value(inner));
                }
                StringBuilder text = new StringBuilder();
                all(body, inner, text);
                return text.toString();
            };
        }
    }

    /** {@code call}: a macro call that gets a body as {@code caller}. */
    record CallBlock(Expression.Call call, Macro caller) implements Statement {
        @Override
        public Flow run(Scope scope, StringBuilder out) {
            Map<String, Expression> named = new LinkedHashMap<>(call.named());
            named.put("caller", new Expression.Literal(call.line(), caller.callable(scope, null)));
            Object text = new Expression.Call(call.line(), call.function(), call.positional(), named).value(scope);
            out.append(Value.text(scope.run(), text));
            return Flow.ON;
        }
    }
}

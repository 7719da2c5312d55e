package org.latent4j.model.tokenizer.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.latent4j.model.tokenizer.jinja.Scope.Undefined;
import org.latent4j.model.tokenizer.jinja.Value.Callable;

/** An expression of a template. */
sealed interface Expression {
    /** The line on which it begins, from 1. */
    int line();

    /** Its value; called through {@link #value}. */
    @Nullable
    Object evaluate(Scope scope);

    /** Its value, text marked as safe as a plain string; errors say the line. */
    default @Nullable Object value(Scope scope) {
        return Markup.plain(marked(scope));
    }

    /** Its value, with the mark of text that is safe; errors say the line. */
    default @Nullable Object marked(Scope scope) {
        try {
            scope.run().step();
            return evaluate(scope);
        } catch (TemplateException e) {
            throw e.at(line());
        }
    }

    record Literal(int line, @Nullable Object literal) implements Expression {
        @Override
        public @Nullable Object evaluate(Scope scope) {
            return literal;
        }
    }

    record Variable(int line, String name) implements Expression {
        @Override
        public @Nullable Object evaluate(Scope scope) {
            return scope.get(name);
        }
    }

    record ListOf(int line, List<Expression> items) implements Expression {
        @Override
        public List<@Nullable Object> evaluate(Scope scope) {
            List<@Nullable Object> values = new ArrayList<>();
            for (Expression item : items) {
                values.add(item.value(scope));
            }
            return values;
        }
    }

    record TupleOf(int line, List<Expression> items) implements Expression {
        @Override
        public Object evaluate(Scope scope) {
            return new Listed(Listed.Form.TUPLE, new ListOf(line, items).evaluate(scope));
        }
    }

    record Dictionary(int line, List<Expression> keys, List<Expression> items) implements Expression {
        @Override
        public Object evaluate(Scope scope) {
            Map<@Nullable Object, @Nullable Object> map = new LinkedHashMap<>();
            for (int i = 0; i < keys.size(); i++) {
                map.put(Value.key(keys.get(i).value(scope)), items.get(i).value(scope));
            }
            return map;
        }
    }

    record Attribute(int line, Expression of, String name) implements Expression {
        @Override
        public @Nullable Object evaluate(Scope scope) {
            return Value.attribute(of.value(scope), name);
        }
    }

    record Item(int line, Expression of, Expression key) implements Expression {
        @Override
        public @Nullable Object evaluate(Scope scope) {
            return Value.item(of.value(scope), key.value(scope));
        }
    }

    record Slice(int line, Expression of, Expression from, Expression to, Expression step) implements Expression {
        @Override
        public @Nullable Object evaluate(Scope scope) {
            return Value.slice(scope.run(), of.value(scope), from.value(scope), to.value(scope), step.value(scope));
        }
    }

    record Call(int line, Expression function, List<Expression> positional, Map<String, Expression> named)
            implements
                Expression {
        @Override
        public @Nullable Object evaluate(Scope scope) {
            Object callable = Value.defined(function.value(scope));
            if (!(callable instanceof Callable called)) {
                throw new TemplateException(Value.kind(callable) + " can't be called");
            }
            Arguments arguments = arguments(scope, positional, named);
            scope.run().enter();
            Object result = called.call(scope.run(), arguments);
            scope.run().leave();
            return result;
        }
    }

    record Filter(int line, Expression of, String name, List<Expression> positional, Map<String, Expression> named)
            implements
                Expression {
        @Override
        public @Nullable Object evaluate(Scope scope) {
            return Filters.apply(scope.run(), name, of.marked(scope), arguments(scope, positional, named));
        }
    }

    record Test(int line, Expression of, String name, List<Expression> positional,
            boolean negated) implements Expression {
        @Override
        public Object evaluate(Scope scope) {
            return Tests.holds(scope.run(), name, of.value(scope), arguments(scope, positional, Map.of())) != negated;
        }
    }

    record Not(int line, Expression of) implements Expression {
        @Override
        public Object evaluate(Scope scope) {
            return !Value.isTrue(of.value(scope));
        }
    }

    /** {@code and} and {@code or}: the value that decided. */
    record Both(int line, boolean and, Expression left, Expression right) implements Expression {
        @Override
        public @Nullable Object evaluate(Scope scope) {
            Object first = left.value(scope);
            return Value.isTrue(first) == and ? right.value(scope) : first;
        }
    }

    record Conditional(int line, Expression condition, Expression then,
            @Nullable Expression otherwise) implements Expression {
        @Override
        public @Nullable Object evaluate(Scope scope) {
            if (Value.isTrue(condition.value(scope))) {
                return then.marked(scope);
            }
            return otherwise == null ? new Undefined("the inline if without else") : otherwise.marked(scope);
        }
    }

    /** A chain of comparisons: {@code a < b <= c}. */
    record Comparison(int line, Expression first, List<String> operators,
            List<Expression> others) implements Expression {
        @Override
        public Object evaluate(Scope scope) {
            Object left = first.value(scope);
            for (int i = 0; i < operators.size(); i++) {
                Object right = others.get(i).value(scope);
                if (!holds(scope.run(), operators.get(i), left, right)) {
                    return false;
                }
                left = right;
            }
            return true;
        }

        private static boolean holds(Run run, String operator, @Nullable Object left, @Nullable Object right) {
            return switch (operator) {
                case "==" -> Value.equal(left, right);
                case "!=" -> !Value.equal(left, right);
                case "<" -> Value.compare(left, right) < 0;
                case "<=" -> Value.compare(left, right) <= 0;
                case ">" -> Value.compare(left, right) > 0;
                case ">=" -> Value.compare(left, right) >= 0;
                case "in" -> Value.contains(run, right, left);
                default -> !Value.contains(run, right, left);
            };
        }
    }

    record Arithmetic(int line, String operator, Expression left, Expression right) implements Expression {
        @Override
        public @Nullable Object evaluate(Scope scope) {
            return Operators.apply(scope.run(), operator, operand(left, scope), operand(right, scope));
        }

        /** Only what is added escapes what isn't marked. */
        private @Nullable Object operand(Expression of, Scope scope) {
            return operator.equals("+") ? of.marked(scope) : of.value(scope);
        }
    }

    record Positive(int line, Expression of) implements Expression {
        @Override
        public Object evaluate(Scope scope) {
            Object value = of.value(scope);
            return value instanceof Double d ? (Object) d : (Object) Value.integer(value);
        }
    }

    record Negative(int line, Expression of) implements Expression {
        @Override
        public Object evaluate(Scope scope) {
            Object value = of.value(scope);
            return value instanceof Double d ? (Object) (-d) : (Object) Math.negateExact(Value.integer(value));
        }
    }

    /** A list whose items are arguments, {@code f(*list)}. */
    record Spread(int line, Expression of) implements Expression {
        @Override
        public @Nullable Object evaluate(Scope scope) {
            return of.value(scope);
        }
    }

    private static Arguments arguments(Scope scope, List<Expression> positional, Map<String, Expression> named) {
        List<@Nullable Object> values = new ArrayList<>();
        for (Expression expression : positional) {
            if (expression instanceof Spread spread) {
                values.addAll(Value.items(scope.run(), Value.defined(spread.value(scope))));
            } else {
                values.add(expression.value(scope));
            }
        }
        Map<String, @Nullable Object> byName = new LinkedHashMap<>();
        for (Map.Entry<String, Expression> entry : named.entrySet()) {
            byName.put(entry.getKey(), entry.getValue().value(scope));
        }
        return new Arguments(values, byName);
    }
}

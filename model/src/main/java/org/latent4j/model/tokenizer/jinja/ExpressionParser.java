package org.latent4j.model.tokenizer.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.latent4j.model.tokenizer.jinja.Token.Kind;

/** Reads the expressions of a template, with Jinja2's order of precedence. */
final class ExpressionParser {
    private static final int DEEPEST = 100;
    private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");
    private static final Set<String> NO_ARGUMENT = Set.of("else", "or", "and", "if", "not", "in", "is", "recursive");

    private final TokenStream tokens;
    private int depth;

    ExpressionParser(TokenStream tokens) {
        this.tokens = tokens;
    }

    /** An expression, or several with commas between, which make a tuple. */
    Expression tuple() {
        return tuple(expression());
    }

    /** The same where an {@code if} behind belongs to the loop. */
    Expression tupleWithoutCondition() {
        return tuple(or());
    }

    private Expression tuple(Expression first) {
        if (!tokens.peek().is(Kind.OPERATOR, ",")) {
            return first;
        }
        List<Expression> items = new ArrayList<>(List.of(first));
        while (tokens.take(Kind.OPERATOR, ",") && !endsTuple()) {
            items.add(expression());
        }
        return new Expression.TupleOf(first.line(), items);
    }

    private boolean endsTuple() {
        Token next = tokens.peek();
        return next.kind() == Kind.PRINT_END || next.kind() == Kind.BLOCK_END || next.is(Kind.OPERATOR, ")")
                || next.is(Kind.OPERATOR, "]");
    }

    Expression expression() {
        if (++depth > DEEPEST) {
            throw new TemplateException(tokens.line(), "an expression is nested more than " + DEEPEST + " deep");
        }
        Expression then = or();
        if (tokens.take(Kind.NAME, "if")) {
            Expression condition = or();
            Expression otherwise = tokens.take(Kind.NAME, "else") ? expression() : null;
            then = new Expression.Conditional(then.line(), condition, then, otherwise);
        }
        depth--;
        return then;
    }

    private Expression or() {
        Expression left = and();
        for (int i = 0; tokens.take(Kind.NAME, "or"); i++) {
            left = new Expression.Both(left.line(), false, left, checked(and(), i));
        }
        return left;
    }

    private Expression and() {
        Expression left = not();
        for (int i = 0; tokens.take(Kind.NAME, "and"); i++) {
            left = new Expression.Both(left.line(), true, left, checked(not(), i));
        }
        return left;
    }

    /** Refuses chains so long that evaluating them would end the stack. */
    private static Expression checked(Expression expression, int links) {
        if (links > DEEPEST * 5) {
            throw new TemplateException(expression.line(), "a chain of operators has more than " + DEEPEST * 5
                    + " links");
        }
        return expression;
    }

    private Expression not() {
        int line = tokens.line();
        if (!tokens.take(Kind.NAME, "not")) {
            return comparison();
        }
        nest();
        Expression negated = new Expression.Not(line, not());
        depth--;
        return negated;
    }

    private void nest() {
        if (++depth > DEEPEST) {
            throw new TemplateException(tokens.line(), "an expression is nested more than " + DEEPEST + " deep");
        }
    }

    private Expression comparison() {
        Expression first = sum();
        List<String> operators = new ArrayList<>();
        List<Expression> others = new ArrayList<>();
        while (true) {
            Token next = tokens.peek();
            if (next.kind() == Kind.OPERATOR && COMPARISONS.contains(next.text()) || next.is(Kind.NAME, "in")) {
                operators.add(tokens.next().text());
            } else if (next.is(Kind.NAME, "not") && tokens.peekBehind().is(Kind.NAME, "in")) {
                tokens.next();
                tokens.next();
                operators.add("not in");
            } else {
                break;
            }
            others.add(sum());
        }
        return operators.isEmpty() ? first : new Expression.Comparison(first.line(), first, operators, others);
    }

    private Expression sum() {
        Expression left = concatenation();
        for (int i = 0; isOperator("+", "-"); i++) {
            String operator = tokens.next().text();
            left = new Expression.Arithmetic(left.line(), operator, left, checked(concatenation(), i));
        }
        return left;
    }

    private Expression concatenation() {
        Expression left = product();
        for (int i = 0; isOperator("~"); i++) {
            tokens.next();
            left = new Expression.Arithmetic(left.line(), "~", left, checked(product(), i));
        }
        return left;
    }

    private Expression product() {
        Expression left = power();
        for (int i = 0; isOperator("*", "/", "//", "%"); i++) {
            String operator = tokens.next().text();
            left = new Expression.Arithmetic(left.line(), operator, left, checked(power(), i));
        }
        return left;
    }

    private Expression power() {
        Expression left = unary(true);
        for (int i = 0; isOperator("**"); i++) {
            tokens.next();
            left = new Expression.Arithmetic(left.line(), "**", left, checked(unary(true), i));
        }
        return left;
    }

    private boolean isOperator(String... operators) {
        return tokens.peek().kind() == Kind.OPERATOR && List.of(operators).contains(tokens.peek().text());
    }

    private Expression unary(boolean filtered) {
        int line = tokens.line();
        Expression value;
        if (isOperator("-", "+")) {
            boolean minus = tokens.next().text().equals("-");
            nest();
            Expression inner = unary(false);
            depth--;
            value = minus ? new Expression.Negative(line, inner) : new Expression.Positive(line, inner);
        } else {
            value = postfix(primary());
        }
        return filtered ? filtersAndTests(value) : value;
    }

    private Expression primary() {
        Token token = tokens.next();
        int line = token.line();
        return switch (token.kind()) {
            case STRING -> {
                StringBuilder text = new StringBuilder(token.text());
                while (tokens.peek().kind() == Kind.STRING) {
                    text.append(tokens.next().text());
                }
                yield new Expression.Literal(line, text.toString());
            }
            case INTEGER -> new Expression.Literal(line, whole(token));
            case FLOAT -> new Expression.Literal(line, Double.valueOf(token.text()));
            case NAME -> switch (token.text()) {
                case "true", "True" -> new Expression.Literal(line, true);
                case "false", "False" -> new Expression.Literal(line, false);
                case "none", "None" -> new Expression.Literal(line, null);
                default -> new Expression.Variable(line, token.text());
            };
            case OPERATOR -> bracketed(token);
            default -> throw new TemplateException(line, "an expression is missing");
        };
    }

    private static Long whole(Token token) {
        try {
            return Long.valueOf(token.text());
        } catch (NumberFormatException e) {
            throw new TemplateException(token.line(), "number " + token.text() + " is out of range");
        }
    }

    private Expression bracketed(Token open) {
        return switch (open.text()) {
            case "(" -> {
                if (tokens.take(Kind.OPERATOR, ")")) {
                    yield new Expression.TupleOf(open.line(), List.of());
                }
                Expression inner = tuple();
                tokens.expect(Kind.OPERATOR, ")");
                yield inner;
            }
            case "[" -> {
                List<Expression> items = new ArrayList<>();
                while (!tokens.take(Kind.OPERATOR, "]")) {
                    items.add(expression());
                    separator("]");
                }
                yield new Expression.ListOf(open.line(), items);
            }
            case "{" -> dictionary(open.line());
            default -> throw new TemplateException(open.line(), "unexpected '" + open.text() + "'");
        };
    }

    private Expression dictionary(int line) {
        List<Expression> keys = new ArrayList<>();
        List<Expression> items = new ArrayList<>();
        while (!tokens.take(Kind.OPERATOR, "}")) {
            keys.add(expression());
            tokens.expect(Kind.OPERATOR, ":");
            items.add(expression());
            separator("}");
        }
        return new Expression.Dictionary(line, keys, items);
    }

    private void separator(String close) {
        if (!tokens.peek().is(Kind.OPERATOR, close)) {
            tokens.expect(Kind.OPERATOR, ",");
        }
    }

    /** Attributes, items, slices and calls behind a value. */
    private Expression postfix(Expression value) {
        Expression whole = value;
        for (int i = 0;; i++) {
            int line = tokens.line();
            checked(whole, i);
            if (tokens.take(Kind.OPERATOR, ".")) {
                Token name = tokens.next();
                if (name.kind() == Kind.INTEGER) {
                    whole = new Expression.Item(line, whole, new Expression.Literal(line, whole(name)));
                } else if (name.kind() == Kind.NAME) {
                    whole = new Expression.Attribute(line, whole, name.text());
                } else {
                    throw new TemplateException(line, "a name is missing behind the dot");
                }
            } else if (tokens.take(Kind.OPERATOR, "[")) {
                whole = subscript(line, whole);
            } else if (tokens.peek().is(Kind.OPERATOR, "(")) {
                Map<String, Expression> named = new LinkedHashMap<>();
                whole = new Expression.Call(line, whole, arguments(named), named);
            } else {
                return whole;
            }
        }
    }

    private Expression subscript(int line, Expression of) {
        Expression none = new Expression.Literal(line, null);
        Expression first = tokens.peek().is(Kind.OPERATOR, ":") ? none : tuple();
        if (tokens.take(Kind.OPERATOR, "]")) {
            return new Expression.Item(line, of, first);
        }
        tokens.expect(Kind.OPERATOR, ":");
        Expression to = isOperator(":", "]") ? none : expression();
        Expression step = tokens.take(Kind.OPERATOR, ":") && !isOperator("]") ? expression() : none;
        tokens.expect(Kind.OPERATOR, "]");
        return new Expression.Slice(line, of, first, to, step);
    }

    /** The arguments of a call; those by name go into the map. */
    private List<Expression> arguments(Map<String, Expression> named) {
        tokens.expect(Kind.OPERATOR, "(");
        List<Expression> positional = new ArrayList<>();
        while (!tokens.take(Kind.OPERATOR, ")")) {
            if (tokens.peek().kind() == Kind.NAME && tokens.peekBehind().is(Kind.OPERATOR, "=")) {
                String name = tokens.next().text();
                tokens.next();
                named.put(name, expression());
            } else if (isOperator("**")) {
                throw new TemplateException(tokens.line(), "arguments by ** aren't supported in a chat template");
            } else if (isOperator("*")) {
                int line = tokens.next().line();
                positional.add(new Expression.Spread(line, expression()));
            } else {
                positional.add(expression());
            }
            separator(")");
        }
        return positional;
    }

    private Expression filtersAndTests(Expression value) {
        Expression whole = value;
        for (int i = 0;; i++) {
            checked(whole, i);
            int line = tokens.line();
            if (tokens.take(Kind.OPERATOR, "|")) {
                whole = filter(whole);
            } else if (tokens.take(Kind.NAME, "is")) {
                whole = test(line, whole);
            } else if (i > 0 && tokens.peek().is(Kind.OPERATOR, "(")) {
                Map<String, Expression> named = new LinkedHashMap<>();
                whole = new Expression.Call(line, whole, arguments(named), named);
            } else {
                return whole;
            }
        }
    }

    /** The filters of a filter block, or of a block that is assigned, which begin without a bar. */
    Expression filters(Expression value) {
        Expression whole = filter(value);
        while (tokens.take(Kind.OPERATOR, "|")) {
            whole = filter(whole);
        }
        return whole;
    }

    private Expression filter(Expression value) {
        Token name = tokens.expectName();
        Map<String, Expression> named = new LinkedHashMap<>();
        List<Expression> positional = tokens.peek().is(Kind.OPERATOR, "(") ? arguments(named) : List.of();
        return new Expression.Filter(name.line(), value, name.text(), positional, named);
    }

    private Expression test(int line, Expression value) {
        boolean negated = tokens.take(Kind.NAME, "not");
        Token name = tokens.expectName();
        List<Expression> arguments = List.of();
        Token next = tokens.peek();
        if (next.is(Kind.OPERATOR, "(")) {
            arguments = arguments(new LinkedHashMap<>());
        } else if (next.kind() == Kind.STRING || next.kind() == Kind.INTEGER || next.kind() == Kind.FLOAT
                || isOperator("[", "{") || next.kind() == Kind.NAME && !NO_ARGUMENT.contains(next.text())) {
            arguments = List.of(postfix(primary()));
        }
        return new Expression.Test(line, value, name.text(), arguments, negated);
    }
}

package org.latent4j.model.tokenizer.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.latent4j.model.tokenizer.jinja.Statement.Flow;
import org.latent4j.model.tokenizer.jinja.Statement.Target;
import org.latent4j.model.tokenizer.jinja.Token.Kind;

/** Reads the statements of a template. */
final class Parser {
    private static final int DEEPEST = 100;

    private static final List<String> MACRO_NAMES = List.of("varargs", "kwargs", "caller");

    private final TokenStream tokens;
    private final ExpressionParser expressions;
    private int depth;
    private final Map<String, Statement.NamedBlock> blocks = new LinkedHashMap<>();
    private int loops;

    Parser(String source) {
        tokens = new TokenStream(Lexer.tokens(source));
        expressions = new ExpressionParser(tokens);
    }

    List<Statement> statements() {
        return body(Set.of());
    }

    /** The blocks that were read, by name. */
    Map<String, Statement.NamedBlock> blocks() {
        return blocks;
    }

    /** Statements up to a block that begins with one of these names, which then is next but one. */
    private List<Statement> body(Set<String> ends) {
        int begin = tokens.line();
        if (++depth > DEEPEST) {
            throw new TemplateException(begin, "blocks are nested more than " + DEEPEST + " deep");
        }
        List<Statement> body = new ArrayList<>();
        while (true) {
            Token token = tokens.next();
            switch (token.kind()) {
                case TEXT -> body.add(new Statement.Text(token.text()));
                case PRINT_BEGIN -> {
                    body.add(new Statement.Print(expressions.tuple()));
                    tokens.expect(Kind.PRINT_END, "}}");
                }
                case END -> {
                    if (!ends.isEmpty()) {
                        throw new TemplateException(begin, "a block isn't closed by " + String.join(" or ", ends));
                    }
                    return body;
                }
                default -> {
                    if (ends.contains(tokens.peek().text()) && tokens.peek().kind() == Kind.NAME) {
                        depth--;
                        return body;
                    }
                    body.add(block());
                }
            }
        }
    }

    private Statement block() {
        Token name = tokens.expectName();
        return switch (name.text()) {
            case "if" -> conditional();
            case "for" -> loop();
            case "set" -> set();
            case "macro" -> macro();
            case "call" -> call(name.line());
            case "with" -> with();
            case "filter" -> filter(name.line());
            case "block" -> named(name.line());
            case "generation" -> {
                close();
                List<Statement> body = body(Set.of("endgeneration"));
                end("endgeneration");
                yield new Statement.Block(List.of(), List.of(), body);
            }
            case "break", "continue" -> {
                if (loops == 0) {
                    throw new TemplateException(name.line(), name.text() + " outside a loop");
                }
                close();
                yield new Statement.Leave(name.text().equals("break") ? Flow.BREAK : Flow.CONTINUE);
            }
            default -> throw new TemplateException(name.line(), "block '" + name.text()
                    + "' isn't supported in a chat template");
        };
    }

    private Statement conditional() {
        Expression condition = expressions.tuple();
        close();
        List<Statement> then = body(Set.of("elif", "else", "endif"));
        Token end = tokens.expectName();
        if (end.text().equals("elif")) {
            if (++depth > DEEPEST) {
                throw new TemplateException(end.line(), "more than " + DEEPEST + " elif");
            }
            List<Statement> otherwise = List.of(conditional());
            depth--;
            return new Statement.If(condition, then, otherwise);
        }
        close();
        if (end.text().equals("endif")) {
            return new Statement.If(condition, then, List.of());
        }
        List<Statement> otherwise = body(Set.of("endif"));
        end("endif");
        return new Statement.If(condition, then, otherwise);
    }

    private Statement loop() {
        Target target = target();
        tokens.expect(Kind.NAME, "in");
        Expression items = expressions.tupleWithoutCondition();
        Expression condition = tokens.take(Kind.NAME, "if") ? expressions.expression() : null;
        boolean recursive = tokens.take(Kind.NAME, "recursive");
        close();
        loops++;
        List<Statement> body = body(Set.of("else", "endfor"));
        loops--;
        Token end = tokens.expectName();
        close();
        List<Statement> otherwise = List.of();
        if (end.text().equals("else")) {
            otherwise = body(Set.of("endfor"));
            end("endfor");
        }
        return new Statement.For(target, items, condition, recursive, body, otherwise);
    }

    private Statement set() {
        Target target = target();
        if (tokens.take(Kind.OPERATOR, "=")) {
            Expression value = expressions.tuple();
            close();
            return new Statement.Set(target, value);
        }
        Expression output = new Expression.Variable(target.line(), Statement.FilterBlock.OUTPUT);
        Expression filtered = tokens.take(Kind.OPERATOR, "|") ? expressions.filters(output) : output;
        close();
        List<Statement> body = body(Set.of("endset"));
        end("endset");
        return new Statement.SetBlock(target, filtered, body);
    }

    /** A name, a name of a namespace, or several with commas between, also in brackets. */
    private Target target() {
        int line = tokens.line();
        Target first = part();
        if (!tokens.peek().is(Kind.OPERATOR, ",")) {
            return first;
        }
        List<Target> parts = new ArrayList<>(List.of(first));
        while (tokens.take(Kind.OPERATOR, ",") && (tokens.peek().kind() == Kind.NAME && !tokens.peek().text().equals("in")
                || tokens.peek().is(Kind.OPERATOR, "("))) {
            parts.add(part());
        }
        return new Target(line, "", null, parts);
    }

    private Target part() {
        int line = tokens.line();
        if (tokens.take(Kind.OPERATOR, "(")) {
            if (++depth > DEEPEST) {
                throw new TemplateException(line, "what is assigned to is nested more than " + DEEPEST + " deep");
            }
            Target inside = target();
            tokens.expect(Kind.OPERATOR, ")");
            depth--;
            return inside;
        }
        String name = tokens.expectName().text();
        return new Target(line, name, tokens.take(Kind.OPERATOR, ".") ? tokens.expectName().text() : null, List.of());
    }

    /** A block with a name; {@code required} is for templates that others extend, of which there are none. */
    private Statement named(int line) {
        String name = tokens.expectName().text();
        boolean scoped = tokens.take(Kind.NAME, "scoped");
        close();
        int outer = loops;
        loops = 0;
        List<Statement> body = body(Set.of("endblock"));
        loops = outer;
        tokens.expect(Kind.NAME, "endblock");
        tokens.take(Kind.NAME, name);
        close();
        Statement.NamedBlock block = new Statement.NamedBlock(line, scoped, body);
        if (blocks.put(name, block) != null) {
            throw new TemplateException(line, "block '" + name + "' is there twice");
        }
        return block;
    }

    private Statement with() {
        List<Target> targets = new ArrayList<>();
        List<Expression> values = new ArrayList<>();
        while (tokens.peek().kind() == Kind.NAME) {
            Token name = tokens.expectName();
            targets.add(Target.of(name.line(), name.text()));
            tokens.expect(Kind.OPERATOR, "=");
            values.add(expressions.expression());
            tokens.take(Kind.OPERATOR, ",");
        }
        close();
        List<Statement> body = body(Set.of("endwith"));
        end("endwith");
        return new Statement.Block(targets, values, body);
    }

    private Statement filter(int line) {
        Expression filtered = expressions.filters(new Expression.Variable(line, Statement.FilterBlock.OUTPUT));
        close();
        List<Statement> body = body(Set.of("endfilter"));
        end("endfilter");
        return new Statement.FilterBlock(filtered, body);
    }

    private Statement.Macro macro() {
        String name = tokens.expectName().text();
        List<String> parameters = new ArrayList<>();
        Map<String, Expression> defaults = new LinkedHashMap<>();
        signature(parameters, defaults);
        close();
        int from = tokens.position();
        List<Statement> body = outsideLoops("endmacro");
        return new Statement.Macro(name, parameters, defaults, tokens.names(from, MACRO_NAMES), body);
    }

    private Statement call(int line) {
        List<String> parameters = new ArrayList<>();
        Map<String, Expression> defaults = new LinkedHashMap<>();
        if (tokens.peek().is(Kind.OPERATOR, "(")) {
            signature(parameters, defaults);
        }
        if (!(expressions.expression() instanceof Expression.Call call)) {
            throw new TemplateException(line, "call isn't followed by a call");
        }
        close();
        int from = tokens.position();
        List<Statement> body = outsideLoops("endcall");
        return new Statement.CallBlock(call, new Statement.Macro("caller", parameters, defaults, tokens.names(from, MACRO_NAMES),
                body));
    }

    private List<Statement> outsideLoops(String end) {
        int outer = loops;
        loops = 0;
        List<Statement> body = body(Set.of(end));
        loops = outer;
        end(end);
        return body;
    }

    private void signature(List<String> parameters, Map<String, Expression> defaults) {
        tokens.expect(Kind.OPERATOR, "(");
        while (!tokens.take(Kind.OPERATOR, ")")) {
            String parameter = tokens.expectName().text();
            parameters.add(parameter);
            if (tokens.take(Kind.OPERATOR, "=")) {
                defaults.put(parameter, expressions.expression());
            }
            if (!tokens.peek().is(Kind.OPERATOR, ")")) {
                tokens.expect(Kind.OPERATOR, ",");
            }
        }
    }

    private void end(String name) {
        tokens.expect(Kind.NAME, name);
        close();
    }

    private void close() {
        tokens.expect(Kind.BLOCK_END, "%}");
    }
}

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

    private final TokenStream tokens;
    private final ExpressionParser expressions;
    private int depth;
    private int loops;

    private Parser(TokenStream tokens) {
        this.tokens = tokens;
        this.expressions = new ExpressionParser(tokens);
    }

    static List<Statement> statements(String source) {
        Parser parser = new Parser(new TokenStream(Lexer.tokens(source)));
        return parser.body(Set.of());
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
        if (tokens.peek().is(Kind.NAME, "recursive")) {
            throw new TemplateException(tokens.line(), "recursive loops aren't supported in a chat template");
        }
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
        return new Statement.For(target, items, condition, body, otherwise);
    }

    private Statement set() {
        Target target = target();
        if (tokens.take(Kind.OPERATOR, "=")) {
            Expression value = expressions.tuple();
            close();
            return new Statement.Set(target, value);
        }
        close();
        List<Statement> body = body(Set.of("endset"));
        end("endset");
        return new Statement.SetBlock(target, body);
    }

    private Target target() {
        int line = tokens.line();
        boolean bracket = tokens.take(Kind.OPERATOR, "(");
        List<String> names = new ArrayList<>(List.of(tokens.expectName().text()));
        String attribute = tokens.take(Kind.OPERATOR, ".") ? tokens.expectName().text() : null;
        while (attribute == null && tokens.take(Kind.OPERATOR, ",")) {
            names.add(tokens.expectName().text());
        }
        if (bracket) {
            tokens.expect(Kind.OPERATOR, ")");
        }
        return new Target(line, names, attribute);
    }

    private Statement with() {
        List<Target> targets = new ArrayList<>();
        List<Expression> values = new ArrayList<>();
        while (tokens.peek().kind() == Kind.NAME) {
            Token name = tokens.expectName();
            targets.add(new Target(name.line(), List.of(name.text()), null));
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
        return new Statement.Macro(name, parameters, defaults, outsideLoops("endmacro"));
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
        return new Statement.CallBlock(call, new Statement.Macro("caller", parameters, defaults,
                outsideLoops("endcall")));
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

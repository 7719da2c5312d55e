package org.latent4j.model.tokenizer.jinja;

/** What is wrong with a template or with what it was given, and at which line. */
public final class TemplateException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int line;

    TemplateException(String message) {
        this(0, message);
    }

    TemplateException(int line, String message) {
        super(message, null, false, false);
        this.line = line;
    }

    /** The line of the template, from 1; 0 when it isn't known. */
    public int line() {
        return line;
    }

    /** The same with a line, where it has none yet. */
    TemplateException at(int where) {
        return line > 0 || where == 0 ? this : new TemplateException(where, String.valueOf(getMessage()));
    }
}

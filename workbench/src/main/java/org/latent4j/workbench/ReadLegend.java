package org.latent4j.workbench;

/** What the colours, marks and numbers of a {@link ReadTable} mean, and the three words that it takes. */
final class ReadLegend {
    private static final int TERM = 14;
    private static final int[] SAMPLES = {1, 10, 25, 50, 75, 100};
    private static final int[] FEW_SAMPLES = {1, 50, 100};
    private static final int SAMPLES_WIDTH = 66;

    private final StringBuilder out;
    private final int width;
    private final boolean plain;
    private final boolean percentages;
    private final Ramp ramp;

    ReadLegend(StringBuilder out, int width, boolean plain, boolean percentages, Ramp ramp) {
        this.out = out;
        this.width = Math.min(width, 110);
        this.plain = plain;
        this.percentages = percentages;
        this.ramp = ramp;
    }

    /** Appends the legend; the numbers beside the rows are those of position {@code last}. */
    void append(ReadSubject subject, int last) {
        line("cell", percentages
                ? "the token that this hidden state would say (logit lens) and its probability"
                : "the token that this hidden state would say (logit lens)");
        line("›", "what the model finally says at this position");
        if (!percentages) {
            samples();
        }
        line("cos, norm",
                "at position " + last + ": cosine to the row above (1 = same direction), length of the state");
        line("embedding", "row embed: the token's own vector, before any block has seen what is around it");
        line("hidden state",
                "the vector at one position behind one block: the token, and what the model has made of its context");
        line("latent space",
                "the " + subject.width() + " dimensions that all these vectors lie in; directions in it carry meaning");
    }

    private void line(String term, String text) {
        term(term);
        Wrapped.append(out, text, TERM, TERM, width);
    }

    private void term(String term) {
        if (!plain) {
            out.append(Ramp.BOLD);
        }
        out.append(term);
        if (!plain) {
            out.append(Ramp.RESET);
        }
        for (int i = term.length(); i < TERM; i++) {
            out.append(' ');
        }
    }

    private void samples() {
        term(plain ? "bar" : "colour");
        out.append("probability");
        for (int percent : width < SAMPLES_WIDTH ? FEW_SAMPLES : SAMPLES) {
            double probability = percent / 100.0;
            if (plain) {
                out.append(' ').append(Ramp.bar(probability)).append(percent).append('%');
            } else {
                out.append(' ').append(ramp.background(probability)).append(' ').append(percent).append("% ")
                        .append(Ramp.RESET);
            }
        }
        out.append('\n');
    }
}

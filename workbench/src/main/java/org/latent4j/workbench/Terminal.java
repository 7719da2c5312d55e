package org.latent4j.workbench;

/**
 * What the terminal can show.
 *
 * @param output whether standard output is a terminal
 * @param errors whether standard error is a terminal
 * @param width columns
 * @param colours which colours it understands
 */
record Terminal(boolean output, boolean errors, int width, Colours colours) {
    /** What standard output and standard error are connected to, as far as the JVM and the environment tell. */
    static Terminal detect() {
        java.io.Console console = System.console();
        boolean terminal = console != null && console.isTerminal();
        return new Terminal(terminal, terminal, 100, Colours.NONE);
    }

    /** Which colours a terminal understands. */
    enum Colours {
        /** None: plain text. */
        NONE,
        /** The palette of 256. */
        ANSI_256,
        /** Any, as red, green and blue. */
        TRUE_COLOUR
    }
}

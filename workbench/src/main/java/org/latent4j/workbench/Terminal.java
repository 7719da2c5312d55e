package org.latent4j.workbench;

import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the terminal can show.
 *
 * @param output whether standard output is a terminal
 * @param errors whether standard error is a terminal
 * @param width columns
 * @param colours which colours it understands
 */
record Terminal(boolean output, boolean errors, int width, Colours colours) {
    private static final int WIDTH_OTHERWISE = 100;

    /** Which colours a terminal understands. */
    enum Colours {
        /** None: plain text. */
        NONE,
        /** The palette of 256. */
        ANSI_256,
        /** Any, as red, green and blue. */
        TRUE_COLOUR
    }

    /** What this process writes to, as the launcher found it: {@code latent.terminal} holds output, errors, width. */
    static Terminal detect() {
        return of(System.getProperty("latent.terminal", "0,0,0"), System.getenv());
    }

    static Terminal of(String found, Map<String, String> environment) {
        String[] parts = found.split(",", -1);
        boolean output = parts[0].equals("1");
        boolean errors = parts.length > 1 && parts[1].equals("1");
        int width = number(environment.get("COLUMNS"));
        if (width == 0 && parts.length > 2) {
            width = number(parts[2]);
        }
        return new Terminal(output, errors, width > 0 ? width : WIDTH_OTHERWISE, colours(output, environment));
    }

    private static int number(@Nullable String digits) {
        try {
            return digits == null ? 0 : Math.clamp(Integer.parseInt(digits.strip()), 0, 10_000);
        } catch (NumberFormatException _) {
            return 0;
        }
    }

    /** Colours by the customs of terminals: NO_COLOR and FORCE_COLOR, COLORTERM, TERM. */
    private static Colours colours(boolean output, Map<String, String> environment) {
        String force = environment.getOrDefault("FORCE_COLOR", "");
        boolean forced = !force.isEmpty() && !force.equals("0");
        if (!environment.getOrDefault("NO_COLOR", "").isEmpty() || (!output && !forced)) {
            return Colours.NONE;
        }
        String term = environment.getOrDefault("TERM", "").toLowerCase(Locale.ROOT);
        if (term.equals("dumb") && !forced) {
            return Colours.NONE;
        }
        String depth = environment.getOrDefault("COLORTERM", "").toLowerCase(Locale.ROOT);
        return depth.equals("truecolor") || depth.equals("24bit") || term.contains("direct") ? Colours.TRUE_COLOUR : Colours.ANSI_256;
    }
}

package org.latent4j.workbench;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import org.latent4j.space.Space;
import org.latent4j.space.arithmetic.Similarities.Ranked;

/** How the commands on spaces show points to people. */
final class SpaceTable {
    private static final int LONGEST_NAME = 48;
    private static final int LONGEST_TEXT = 72;
    /** Fields that say what a point is. */
    private static final List<String> TELLING = List.of("text", "title", "description", "label");

    private SpaceTable() {}

    /** A line for each: similarity, name, and what the point is. */
    static void ranked(PrintWriter out, Space space, List<Ranked> ranked) {
        int width = ranked.stream().mapToInt(one -> DisplayWidth.of(shown(space.name(one.point())))).max().orElse(0);
        for (Ranked one : ranked) {
            String name = shown(space.name(one.point()));
            out.println(("  %7s  %s%s  %s".formatted(number(one.similarity()), name,
                    " ".repeat(width - DisplayWidth.of(name)), told(space, one.point()))).stripTrailing());
        }
    }

    /** How many points there are, and how wide. */
    static String shape(Space space) {
        return "%s %s of %s %s".formatted(Amounts.count(space.size()), space.size() == 1 ? "point" : "points",
                Amounts.count(space.width()), space.width() == 1 ? "dimension" : "dimensions");
    }

    /** A number with four digits behind the point. */
    static String number(double value) {
        return String.format(Locale.ROOT, "%.4f", value);
    }

    /** A name that fits on a line and holds nothing that moves the cursor. */
    static String shown(String name) {
        return PlainLine.cut(name, LONGEST_NAME);
    }

    /** What a point is, in a few words; empty where no field says it. */
    static String told(Space space, int point) {
        var fields = space.items().fields(point);
        for (String field : TELLING) {
            Object value = fields.get(field);
            if (value != null && !value.toString().equals(space.name(point))) {
                return PlainLine.cut(value.toString(), LONGEST_TEXT);
            }
        }
        return "";
    }
}

package org.latent4j.workbench;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import org.latent4j.model.store.CatalogueModel.Kind;
import org.latent4j.model.store.Entry;

/** The list of models as a table: what is here, then what could be fetched. Columns are as wide as what is in them. */
final class ModelsTable {
    private static final List<String> TITLES = List.of("name", "size", "licence", "architecture", "layers", "width", "quantisation",
            "from");
    private static final String UNKNOWN = "-";

    private ModelsTable() {}

    static void write(List<Entry> entries, Optional<Path> folder, PrintWriter out) {
        List<Entry> here = entries.stream().filter(entry -> entry.place() != Entry.Place.CATALOGUE).toList();
        List<Entry> toFetch = entries.stream().filter(entry -> entry.place() == Entry.Place.CATALOGUE).toList();
        List<List<String>> rows = new ArrayList<>(List.of(TITLES));
        entries.forEach(entry -> rows.add(cells(entry)));
        int[] widths = widths(rows);
        if (here.isEmpty()) {
            out.println("No model is on this machine yet" + folder.map(path -> " (they are kept in %s).".formatted(path)).orElse("."));
        } else {
            out.println("On this machine" + folder.map(path -> " (latent's own are in %s):".formatted(path)).orElse(":"));
            write(here, widths, out);
        }
        if (!toFetch.isEmpty()) {
            out.println();
            out.println("In the catalogue, fetched by their first use or 'latent models pull NAME':");
            write(toFetch, widths, out);
        }
        if (entries.stream().anyMatch(ModelsTable::isForSpaces)) {
            out.println();
            out.println(
                    "* Sentence encoders are for 'latent encode', word vectors for the commands that take a space.");
        }
    }

    private static void write(List<Entry> entries, int[] widths, PrintWriter out) {
        line(TITLES, widths, out);
        entries.forEach(entry -> line(cells(entry), widths, out));
    }

    private static List<String> cells(Entry entry) {
        String place = switch (entry.place()) {
            case OWN, CATALOGUE -> "";
            case HUGGING_FACE, OLLAMA -> entry.place().label() + ": ";
        };
        return List.of(
                PlainLine.of(entry.name()) + (isForSpaces(entry) ? " *" : ""),
                size(entry.bytes()),
                entry.licence().map(PlainLine::of).orElse(UNKNOWN),
                entry.details().architecture().map(PlainLine::of).orElse(UNKNOWN),
                number(entry.details().layers()),
                number(entry.details().width()),
                entry.details().quantisation().map(PlainLine::of).orElse(UNKNOWN),
                place + PlainLine.of(entry.origin()));
    }

    private static boolean isForSpaces(Entry entry) {
        return entry.kind().isPresent() && !entry.kind().get().equals(Kind.LANGUAGE_MODEL.label());
    }

    private static String number(OptionalInt number) {
        return number.isPresent() ? String.valueOf(number.getAsInt()) : UNKNOWN;
    }

    private static int[] widths(List<List<String>> rows) {
        int[] widths = new int[TITLES.size()];
        for (List<String> row : rows) {
            for (int column = 0; column < widths.length; column++) {
                widths[column] = Math.max(widths[column], row.get(column).length());
            }
        }
        return widths;
    }

    /** Numbers to the right, words to the left, nothing behind the last. */
    private static void line(List<String> cells, int[] widths, PrintWriter out) {
        StringBuilder line = new StringBuilder();
        for (int column = 0; column < widths.length; column++) {
            String space = " ".repeat(widths[column] - cells.get(column).length());
            boolean right = column == 1 || column == 4 || column == 5;
            line.append("  ").append(right ? space + cells.get(column) : cells.get(column) + space);
        }
        out.println(line.toString().stripTrailing());
    }

    /** Bytes in decimal units, as everything that is downloaded is measured: {@code 98.4 MB}. */
    static String size(long bytes) {
        if (bytes < 1000) {
            return bytes + " bytes";
        }
        long unit = bytes < 999_950 ? 1000 : bytes < 999_950_000 ? 1_000_000 : 1_000_000_000;
        String name = unit == 1000 ? "kB" : unit == 1_000_000 ? "MB" : "GB";
        return String.format(Locale.ROOT, "%.1f %s", (double) bytes / unit, name);
    }
}

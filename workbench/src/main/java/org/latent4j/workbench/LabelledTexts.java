package org.latent4j.workbench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.latent4j.insight.probe.ProbeData;
import org.latent4j.insight.probe.ProbeData.Item;
import org.latent4j.kernel.LatentException;

/**
 * Reads labelled texts from a table: a text a row with its label; or spans of it, where the columns {@code start} and {@code end} say
 * from which character to which (counted from 0, in code points, as Python does); or pairs, where there are columns {@code positive}
 * and {@code negative}, or {@code text_a} and {@code text_b}, which make one text.
 *
 * @param file {@code .tsv}, {@code .csv}, {@code .jsonl}
 * @param text the column with the texts
 * @param label the column with the labels
 * @param group the column of what isn't to be divided, if any
 */
record LabelledTexts(Path file, Optional<String> text, Optional<String> label, Optional<String> group) {
    private static final List<String> LABELS = List.of("label", "class", "target", "y");
    private static final int MOST_ROWS = 2_000_000;

    /** What was read, and the file's hash. */
    record Read(ProbeData data, String sha256, String labelColumn) {}

    Read read() {
        List<String> texts = new ArrayList<>();
        List<Item> items = new ArrayList<>();
        String labels = "";
        try (TextRows rows = new TextRows.Source(file, text.or(this::pairs), Optional.empty()).open(_ -> {})) {
            for (TextRow row = next(rows); row != null; row = next(rows)) {
                if (items.size() >= MOST_ROWS) {
                    throw new LatentException("%s has more than %s rows: divide it".formatted(file, Amounts.count(MOST_ROWS)));
                }
                if (isPair(row)) {
                    pair(row, texts, items);
                    continue;
                }
                labels = labels.isEmpty() ? labelColumn(row) : labels;
                Object value = row.columns().get(labels);
                if (value == null || String.valueOf(value).isEmpty()) {
                    throw new LatentException("%s has no label in column '%s'".formatted(row.origin(), labels));
                }
                Object partner = row.columns().get("text_b");
                texts.add(partner == null ? row.text() : row.text() + "\n" + partner);
                items.add(item(row, texts.getLast(), texts.size() - 1, String.valueOf(value)));
            }
            if (items.isEmpty()) {
                throw new LatentException("%s has no rows".formatted(file));
            }
            return new Read(new ProbeData(texts, items), rows.sha256(), labels);
        }
    }

    private static @Nullable TextRow next(TextRows rows) {
        return rows.next();
    }

    /** The text column of a file of pairs, seen from its first line. */
    private Optional<String> pairs() {
        if (label.isPresent()) {
            return Optional.empty();
        }
        try (TextRows rows = new TextRows.Source(file, Optional.of("positive"), Optional.empty()).open(_ -> {})) {
            TextRow first = rows.next();
            return first != null && first.columns().containsKey("negative") ? Optional.of("positive") : Optional.empty();
        } catch (LatentException _) {
            return Optional.empty();
        }
    }

    private boolean isPair(TextRow row) {
        return label.isEmpty() && text.isEmpty() && row.columns().containsKey("negative");
    }

    private void pair(TextRow row, List<String> texts, List<Item> items) {
        String group = group(row).orElse("pair " + texts.size());
        for (String kind : List.of("positive", "negative")) {
            String written = kind.equals("positive") ? row.text() : String.valueOf(row.columns().get("negative"));
            texts.add(written);
            items.add(Item.ofText(texts.size() - 1, kind, written, group));
        }
    }

    private String labelColumn(TextRow row) {
        if (label.isPresent()) {
            if (!row.columns().containsKey(label.get())) {
                throw new LatentException("%s has no column '%s' (--label); its columns are %s"
                        .formatted(row.origin(), label.get(), String.join(", ", row.columns().keySet())));
            }
            return label.get();
        }
        return LABELS.stream().filter(row.columns()::containsKey).findFirst()
                .orElseThrow(() -> new LatentException("%s: which column has the labels? name it with --label; there are %s"
                        .formatted(row.origin(), row.columns().isEmpty() ? "none" : String.join(", ", row.columns().keySet()))));
    }

    private Optional<String> group(TextRow row) {
        if (group.isEmpty()) {
            return Optional.empty();
        }
        Object found = row.columns().get(group.get());
        if (found == null) {
            throw new LatentException("%s has no column '%s' (--group)".formatted(row.origin(), group.get()));
        }
        return Optional.of(String.valueOf(found));
    }

    private Item item(TextRow row, String written, int number, String value) {
        Object start = row.columns().get("start");
        Object end = row.columns().get("end");
        if (start == null || end == null) {
            return Item.ofText(number, value, written, group(row).orElse(written));
        }
        int points = written.codePointCount(0, written.length());
        int from = place(row, "start", start);
        int to = place(row, "end", end);
        if (from >= to || to > points) {
            throw new LatentException(
                    "%s: the span %d to %d isn't within its text of %d characters".formatted(row.origin(), from, to, points));
        }
        int first = written.offsetByCodePoints(0, from);
        int last = written.offsetByCodePoints(0, to);
        return new Item(number, first, last, value, written.substring(first, last).toLowerCase(java.util.Locale.ROOT),
                group(row).orElse(written));
    }

    private static int place(TextRow row, String column, Object value) {
        try {
            int place = Integer.parseInt(String.valueOf(value).strip());
            if (place >= 0) {
                return place;
            }
        } catch (NumberFormatException _) {
            // told below
        }
        throw new LatentException(
                "%s: '%s' in column %s is no place of a character, counted from 0".formatted(row.origin(), value, column));
    }
}

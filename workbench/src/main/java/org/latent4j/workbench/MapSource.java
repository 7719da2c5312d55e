package org.latent4j.workbench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.latent4j.kernel.Fingerprint;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.Progress;
import org.latent4j.model.Model;
import org.latent4j.model.PromptMode;
import org.latent4j.model.Trace;
import org.latent4j.model.site.Positions;
import org.latent4j.model.site.Site;
import org.latent4j.model.site.Sites;
import org.latent4j.space.Items;
import org.latent4j.space.Origin;
import org.latent4j.space.Space;

/** The hidden states of a file of texts as spaces, one a site: the same points, with the file's columns as their fields. */
final class MapSource {
    private static final int TOKENS_A_BATCH = 2048;
    private static final int MOST_TEXTS = 1_000_000;

    private final Model model;
    private final Sites sites;
    private final Positions position;
    private final Progress progress;

    /** @param position one position of each text, or the mean of all */
    MapSource(Model model, Sites sites, Positions position, Progress progress) {
        this.model = model;
        this.sites = sites;
        this.position = position;
        this.progress = progress;
    }

    /** Reads the file and runs the model; returns a space for each site, by its name, in the order of the pass. */
    Map<String, Space> spaces(Path file, Optional<String> column) {
        List<TextRow> rows = new ArrayList<>();
        try (TextRows texts = new TextRows.Source(file, column, Optional.empty()).open(_ -> {})) {
            for (TextRow row = texts.next(); row != null; row = texts.next()) {
                if (rows.size() == MOST_TEXTS) {
                    throw new LatentException("%s has more than %s texts; map a part of them".formatted(file, Amounts.count(MOST_TEXTS)));
                }
                rows.add(row);
            }
        }
        if (rows.isEmpty()) {
            throw new LatentException("%s has no texts; give at least 2".formatted(file));
        }
        Items items = items(rows);
        Fingerprint print = model.fingerprint(PromptMode.RAW);
        Map<String, Space> spaces = new LinkedHashMap<>();
        states(rows).forEach((site, states) -> spaces.put(site.toString(),
                Space.of(states, items, new Origin(model.name() + ", " + site,
                        Optional.of(print.at(site.toString(), position.equals(Positions.MEAN) ? "mean" : "last")), Optional.empty(),
                        Map.of()))));
        return spaces;
    }

    private Map<Site, Matrix> states(List<TextRow> rows) {
        Map<Site, Matrix> states = new LinkedHashMap<>();
        List<int[]> batch = new ArrayList<>();
        int first = 0;
        int tokens = 0;
        for (int i = 0; i < rows.size(); i++) {
            int[] ids = model.tokens(rows.get(i).text(), PromptMode.RAW);
            if (ids.length == 0) {
                throw new LatentException("%s: the text is empty, it has no hidden state; leave it out".formatted(rows.get(i).origin()));
            }
            if (!batch.isEmpty() && tokens + ids.length > TOKENS_A_BATCH) {
                run(batch, first, rows.size(), states);
                first = i;
                tokens = 0;
                batch.clear();
            }
            batch.add(ids);
            tokens += ids.length;
        }
        run(batch, first, rows.size(), states);
        return states;
    }

    private void run(List<int[]> batch, int first, int all, Map<Site, Matrix> states) {
        List<Trace> traces = model.traces(batch, sites, position);
        for (int i = 0; i < traces.size(); i++) {
            for (Site site : traces.get(i).sites()) {
                Matrix rows = traces.get(i).get(site);
                if (rows.rows() != 1) {
                    throw new LatentException("%s has %d rows for a position; map a site with one, such as resid_post.*"
                            .formatted(site, rows.rows()));
                }
                Matrix to = states.computeIfAbsent(site, _ -> Matrix.zeros(all, rows.columns()));
                System.arraycopy(rows.data(), 0, to.data(), (first + i) * to.columns(), to.columns());
            }
        }
        progress.report("Running " + model.name(), first + batch.size(), all, Progress.Unit.STEPS);
    }

    private static Items items(List<TextRow> rows) {
        List<String> names = new ArrayList<>();
        Map<String, Integer> seen = new HashMap<>();
        Map<String, List<@Nullable Object>> columns = new LinkedHashMap<>();
        columns.put("text", new ArrayList<>());
        for (TextRow row : rows) {
            row.columns().keySet().forEach(name -> columns.putIfAbsent(name, new ArrayList<>()));
        }
        for (TextRow row : rows) {
            String name = row.name().orElse(shortened(row.text()));
            int before = seen.merge(name, 1, Integer::sum) - 1;
            names.add(before == 0 ? name : name + "#" + (before + 1));
            columns.forEach((column, values) -> values.add(column.equals("text") ? row.text() : row.columns().get(column)));
        }
        return Items.of(unique(names), columns);
    }

    /** A numbered name may be what another text is called; then it gets its place as well. */
    private static List<String> unique(List<String> names) {
        Map<String, Integer> seen = new HashMap<>();
        List<String> unique = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            unique.add(seen.putIfAbsent(names.get(i), i) == null ? names.get(i) : names.get(i) + "@" + i);
        }
        return unique;
    }

    private static String shortened(String text) {
        String line = text.strip().replaceAll("\\s+", " ");
        return line.codePointCount(0, line.length()) <= 60 ? line : line.substring(0, line.offsetByCodePoints(0, 59)) + "…";
    }
}

package org.latent4j.workbench;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.WorkerPool;
import org.latent4j.model.encoder.Encoder;
import org.latent4j.space.Metric;
import org.latent4j.space.Space;
import org.latent4j.store.SpaceEditor;
import org.latent4j.store.Spaces;
import org.latent4j.store.search.SpaceSearch;
import org.latent4j.store.search.Where;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code latent store}: changes a {@code .space}. */
@Command(name = "store", header = "Change a .space: add, update and delete points, compact it, make its index.", synopsisSubcommandLabel = "add|delete|compact|index", footer = {
    "",
    "What was added and deleted is in the space when the command ends, or not at all. Others may read meanwhile; one process at a time writes.",
    "",
    "  latent store add packages.space --texts new.tsv",
    "  latent store add points.space --from more.npy",
    "  latent store delete packages.space gnuplot octave",
    "  latent store delete packages.space --where \"section = games\"",
    "  latent store compact packages.space",
    "  latent store index packages.space"
})
final class StoreCommand implements Runnable {
    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public void run() {
        throw new LatentException(
                "what is to be done? latent store add, delete, compact or index, and the space (see: latent store --help)");
    }

    /** {@code latent store add}. */
    @Command(name = "add", header = "Add points; those whose names are there already are updated.", mixinStandardHelpOptions = true)
    int add(
            @Parameters(paramLabel = "SPACE", description = "The .space folder.") Path place,
            @Option(names = "--texts", paramLabel = "FILE", description = "Texts that the space's encoder makes points of: .txt, .tsv, .csv, .jsonl, .json.") @Nullable Path texts,
            @Option(names = "--from", paramLabel = "FILE", description = "Points: a .space folder or a file of vectors with names.") @Nullable Path from,
            @Option(names = "--column", paramLabel = "NAME", description = "The column with the texts (default: text, or the only one).") @Nullable String column,
            @Option(names = "--name-column", paramLabel = "NAME", description = "The column with the names (default: name, id or title).") @Nullable String nameColumn,
            @Mixin CommonSpaceOptions common) {
        if ((texts == null) == (from == null)) {
            throw new LatentException("give --texts or --from, one of them");
        }
        try (SpaceEditor editor = SpaceEditor.open(place)) {
            Space points = from != null
                    ? Spaces.open(from)
                    : encoded(Spaces.open(place), new TextRows.Source(Objects.requireNonNull(texts), Optional.ofNullable(column),
                            Optional.ofNullable(nameColumn)), common);
            Space before = Spaces.open(place);
            int updated = (int) points.names().stream().filter(name -> before.find(name).isPresent()).count();
            List<String> leftOver = texts == null ? List.of() : EncodedRows.leftOver(before, points);
            editor.add(points);
            editor.delete(leftOver);
            told(common, Spaces.open(place).size(), "added", points.size() - updated, "updated", updated, editor.changes());
        }
        return 0;
    }

    private static Space encoded(Space space, TextRows.Source source, CommonSpaceOptions common) {
        try (Encoder encoder = SpaceQueries.encoder(space)) {
            return EncodedRows.of(encoder, source, space.origin(), common.progress());
        }
    }

    /** {@code latent store delete}. */
    @Command(name = "delete", header = "Delete points by their names, or those that satisfy a condition.", mixinStandardHelpOptions = true)
    int delete(
            @Parameters(index = "0", paramLabel = "SPACE", description = "The .space folder.") Path place,
            @Parameters(index = "1..*", paramLabel = "NAME", arity = "0..*", description = "The points' names.") @Nullable List<String> names,
            @Option(names = "--where", paramLabel = "CONDITION", description = "Those whose fields satisfy it.") @Nullable String where,
            @Mixin CommonSpaceOptions common) {
        List<String> named = names == null ? List.of() : names;
        if (named.isEmpty() == (where == null)) {
            throw new LatentException("which points? give names or --where, one of them");
        }
        try (SpaceEditor editor = SpaceEditor.open(place)) {
            Space space = Spaces.open(place);
            Set<String> doomed = new HashSet<>();
            named.forEach(name -> doomed.add(space.name(space.require(name))));
            if (where != null) {
                Where.parse(where).among(space.items()).stream().forEach(point -> doomed.add(space.name(point)));
            }
            int deleted = editor.delete(new ArrayList<>(doomed));
            told(common, space.size() - deleted, "deleted", deleted, "updated", 0, editor.changes());
        }
        return 0;
    }

    /** {@code latent store compact}. */
    @Command(name = "compact", header = "Write the space anew, without what was deleted or superseded.", mixinStandardHelpOptions = true)
    int compact(@Parameters(paramLabel = "SPACE", description = "The .space folder.") Path place, @Mixin CommonSpaceOptions common) {
        try (SpaceEditor editor = SpaceEditor.open(place)) {
            int changes = editor.changes();
            told(common, editor.compact(common.progress()), "compacted", changes, "updated", 0, 0);
        }
        return 0;
    }

    /** {@code latent store index}. */
    @Command(name = "index", header = "Make the index for approximate search, bring it up to date or mend it, and tell what it finds.", mixinStandardHelpOptions = true)
    int index(
            @Parameters(paramLabel = "SPACE", description = "The .space folder.") Path place,
            @Option(names = "--quantised", description = "With a byte a coordinate.") boolean quantised,
            @Option(names = "--metric", paramLabel = "M", defaultValue = "cosine", description = "cosine, dot or euclidean (default: ${DEFAULT-VALUE}).") Metric metric,
            @Mixin CommonSpaceOptions common) {
        Space space = Spaces.open(place);
        SpaceSearch.How how = quantised ? SpaceSearch.How.QUANTISED : SpaceSearch.How.APPROXIMATE;
        List<String> notes = new ArrayList<>();
        try (WorkerPool pool = common.pool();
                SpaceSearch search = SpaceSearch.checked(space, new SpaceSearch.Options(how, metric, Optional.empty(), 0.95), pool,
                        common.progress(), notes::add)) {
            if (!notes.isEmpty()) {
                throw new LatentException("%s: %s".formatted(place, notes.getFirst()));
            }
            double recall = search.recall().orElse(1.0);
            double far = search.recallFar().orElse(1.0);
            if (common.json()) {
                SpaceJson.print(out(), json -> {
                    json.writeStartObject();
                    json.writeNumberField("points", space.size());
                    json.writeNumberField("recall", recall);
                    json.writeNumberField("recall_far", far);
                    json.writeEndObject();
                });
            } else {
                out().println("%s points; %s".formatted(Amounts.count(space.size()), search.told().orElse("nothing to index")));
            }
        }
        return 0;
    }

    private void told(CommonSpaceOptions common, long points, String what, int count, String other, int others, int changes) {
        if (common.json()) {
            SpaceJson.print(out(), json -> {
                json.writeStartObject();
                json.writeNumberField(what, count);
                json.writeNumberField(other, others);
                json.writeNumberField("points", points);
                json.writeNumberField("changes", changes);
                json.writeEndObject();
            });
            return;
        }
        String also = others == 0 ? "" : ", %s %s".formatted(Amounts.count(others), other);
        String counted = what.equals("compacted")
                ? "%s changes %s".formatted(Amounts.count(count), what)
                : "%s %s".formatted(Amounts.count(count), what);
        out().println("%s%s; %s points".formatted(counted, also, Amounts.count(points)));
    }

    private PrintWriter out() {
        return Objects.requireNonNull(spec).commandLine().getOut();
    }
}

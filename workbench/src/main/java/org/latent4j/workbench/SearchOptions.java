package org.latent4j.workbench;

import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Progress;
import org.latent4j.kernel.WorkerPool;
import org.latent4j.space.Metric;
import org.latent4j.space.Space;
import org.latent4j.store.search.SpaceSearch;
import org.latent4j.store.search.SpaceSearch.How;
import org.latent4j.store.search.Where;
import picocli.CommandLine.Option;

/** The options that say among which points of a space is searched, and how: the same wherever one searches. */
final class SearchOptions {
    @Option(names = "--where", paramLabel = "CONDITION", description = "Only points whose fields satisfy it: \"section = science and not (size > 10 or name in (a, 'b c'))\".")
    private @Nullable String where;

    @Option(names = "--exact", description = "Look at every point, whatever index there is (the default below 20,000 points, and where no index was made).")
    private boolean exact;

    @Option(names = "--approximate", description = "Search by a graph over the vectors (HNSW), kept in the .space and made at its first use; says which share of the nearest it finds.")
    private boolean approximate;

    @Option(names = "--quantised", description = "The same over vectors of a byte a coordinate.")
    private boolean quantised;

    @Option(names = "--recall", paramLabel = "SHARE", defaultValue = "0.95", description = "Which share of the 10 nearest an approximate search should find (default: ${DEFAULT-VALUE}).")
    private double recall = 0.95;

    /** Whether something is asked for that a plain exact search of all points doesn't do. */
    boolean isAsked() {
        return where != null || approximate || quantised;
    }

    /** Whether only some points are searched. */
    boolean hasCondition() {
        return where != null;
    }

    /** Prepares the search. */
    SpaceSearch search(Space space, Metric metric, WorkerPool pool, Progress progress, Consumer<String> notes) {
        if ((exact ? 1 : 0) + (approximate ? 1 : 0) + (quantised ? 1 : 0) > 1) {
            throw new LatentException("give one of --exact, --approximate, --quantised");
        }
        How how = exact ? How.EXACT : approximate ? How.APPROXIMATE : quantised ? How.QUANTISED : How.AUTO;
        SpaceSearch.Options options = new SpaceSearch.Options(how, metric, Optional.ofNullable(where).map(Where::parse), recall);
        return SpaceSearch.of(space, options, pool, progress, notes);
    }
}

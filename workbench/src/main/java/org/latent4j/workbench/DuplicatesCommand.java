package org.latent4j.workbench;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.latent4j.kernel.WorkerPool;
import org.latent4j.space.Space;
import org.latent4j.space.duplicate.NearDuplicates;
import org.latent4j.space.duplicate.NearDuplicates.Group;
import org.latent4j.space.duplicate.NearDuplicates.Pair;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code latent duplicates}: points that are nearly the same. */
@Command(name = "duplicates", header = "Find groups of points that are nearly the same, and how similar they are.", description = {
    "",
    "Two points are in one group where a chain of points leads from one to the other, each step at least as similar as the threshold. "
            + "Every pair is looked at. Beside each member stands the similarity by which it was joined.",
    ""
}, footer = {
    "",
    "  latent duplicates packages.space",
    "  latent duplicates packages.space --threshold 0.99 --json"
})
final class DuplicatesCommand implements Callable<Integer> {
    private static final int MEMBERS = 8;

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private SpaceArgument argument = new SpaceArgument();

    @Parameters(paramLabel = "SPACE", arity = "0..1", description = "A .space folder or a file of vectors.")
    private @Nullable String path;

    @Option(names = "--threshold", paramLabel = "COSINE", defaultValue = "0.95", description = "How similar two points must be at least (default: ${DEFAULT-VALUE}).")
    private double threshold = 0.95;

    @Option(names = "--top", paramLabel = "N", description = "Show the N largest groups (default: 20; with --json all).")
    private @Nullable Integer top;

    @Mixin
    private CommonSpaceOptions common = new CommonSpaceOptions();

    @Override
    public Integer call() {
        Space space = SpaceArgument.required(argument, path);
        PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
        try (WorkerPool pool = common.pool()) {
            List<Group> groups = NearDuplicates.of(space.vectors(), threshold, pool, common.progress());
            int shown = Math.clamp(top == null ? common.json() ? groups.size() : 20 : top, 0, groups.size());
            if (common.json()) {
                SpaceJson.print(out, json -> write(json, space, groups, shown));
            } else {
                tell(out, space, groups, shown);
            }
        }
        return 0;
    }

    private void tell(PrintWriter out, Space space, List<Group> groups, int shown) {
        int duplicates = groups.stream().mapToInt(group -> group.joined().size()).sum();
        out.println("%s %s of points with a cosine of %s or more; %s of %s points %s too many".formatted(Amounts.count(groups.size()),
                groups.size() == 1 ? "group" : "groups", threshold, Amounts.count(duplicates), Amounts.count(space.size()),
                duplicates == 1 ? "is" : "are"));
        for (Group group : groups.subList(0, shown)) {
            out.println();
            out.println("%s points, joined at %s or more".formatted(Amounts.count(group.members().size()),
                    SpaceTable.number(group.similarity())));
            for (int member : group.members().subList(0, Math.min(MEMBERS, group.members().size()))) {
                String line = "  %7s  %s  %s".formatted(SpaceTable.number(joinedAt(group, member)),
                        SpaceTable.shown(space.name(member)), SpaceTable.told(space, member));
                out.println(line.stripTrailing());
            }
            if (group.members().size() > MEMBERS) {
                out.println("  and %s more".formatted(Amounts.count(group.members().size() - MEMBERS)));
            }
        }
        if (shown < groups.size()) {
            out.println();
            out.println("and %s more groups; --top N shows more, --json all".formatted(Amounts.count(groups.size() - shown)));
        }
        out.flush();
    }

    /** The highest similarity of a pair that joined a member. */
    private static double joinedAt(Group group, int member) {
        return group.joined().stream().filter(pair -> pair.a() == member || pair.b() == member).findFirst().orElseThrow().similarity();
    }

    private void write(JsonGenerator json, Space space, List<Group> groups, int shown) throws IOException {
        json.writeStartObject();
        json.writeNumberField("threshold", threshold);
        json.writeNumberField("points", space.size());
        json.writeNumberField("duplicates", groups.stream().mapToInt(group -> group.joined().size()).sum());
        json.writeArrayFieldStart("groups");
        for (Group group : groups.subList(0, shown)) {
            json.writeStartObject();
            json.writeNumberField("similarity", group.similarity());
            json.writeArrayFieldStart("members");
            for (int member : group.members()) {
                json.writeStartObject();
                json.writeNumberField("index", member);
                json.writeStringField("name", space.name(member));
                json.writeNumberField("similarity", (float) joinedAt(group, member));
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeArrayFieldStart("joined");
            for (Pair pair : group.joined()) {
                json.writeStartObject();
                json.writeStringField("a", space.name(pair.a()));
                json.writeStringField("b", space.name(pair.b()));
                json.writeNumberField("similarity", pair.similarity());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }
}

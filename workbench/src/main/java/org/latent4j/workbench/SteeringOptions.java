package org.latent4j.workbench;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** The options that change hidden states while a model runs: the same wherever one runs. Their order is kept. */
final class SteeringOptions {
    /** One of them; a group that repeats keeps the order, which lists of their own wouldn't. */
    private static final class Given {
        @Option(names = "--add", paramLabel = "FILE:AMOUNT@LAYERS", description = "Add AMOUNT times a direction (safetensors with a tensor 'direction', or a GGUF control vector) to the states; "
                + "8r counts in typical norms. LAYERS: 10-20 or 3,5,8 (resid_post), or a site pattern. May be repeated (see: latent help steering).")
        private @Nullable String add;

        @Option(names = "--ablate", paramLabel = "FILE@LAYERS", description = "Remove the component along a direction from the states. Edits are made in the order given.")
        private @Nullable String ablate;
    }

    @ArgGroup(exclusive = true, multiplicity = "0..*")
    private List<Given> given = new ArrayList<>();

    /** What was given, in order. */
    List<SteeringEdit> edits() {
        List<SteeringEdit> edits = new ArrayList<>();
        for (Given one : given) {
            if (one.add != null) {
                edits.add(SteeringEdit.add("--add", one.add));
            }
            if (one.ablate != null) {
                edits.add(SteeringEdit.ablate("--ablate", one.ablate));
            }
        }
        return edits;
    }
}

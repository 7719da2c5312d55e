package org.latent4j.workbench;

import org.latent4j.kernel.LatentException;
import picocli.CommandLine.Command;

/** {@code latent direction}: find directions, look at them, change their form. */
@Command(name = "direction", header = "Find directions in hidden states, look at them, combine them, exchange them.", description = {
    "",
    "A direction points from one kind of states to another: from formal to informal, from English to French. DIRECTION is a file "
            + "or a name of the library (see: latent direction list).",
    ""
}, footer = {
    "",
    "  latent direction find --pairs happy.jsonl --out happy.safetensors",
    "  latent direction find --concept formal --out formal.safetensors",
    "  latent direction build-library",
    "  latent direction read sentiment \"The food was dreadful, but the view made up for it\"",
    "  latent direction export happy.safetensors --to gguf --out happy.gguf"
}, subcommands = {DirectionFindCommand.class, DirectionListCommand.class, DirectionShowCommand.class, DirectionCombineCommand.class,
    DirectionExportCommand.class, DirectionImportCommand.class, DirectionReadCommand.class, DirectionLibraryCommand.class})
final class DirectionCommand implements Runnable {
    @Override
    public void run() {
        throw new LatentException(
                "which of find, list, show, combine, export, import, read, build-library? (see: latent direction --help)");
    }
}

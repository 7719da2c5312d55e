package org.latent4j.workbench;

import java.io.PrintWriter;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code latent completion}: a script that lets a shell complete commands and options. */
@Command(name = "completion", header = "Print a script that lets a shell complete commands and options.", footer = {
    "",
    "  bash:  source <(latent completion bash)",
    "  zsh:   source <(latent completion zsh)",
    "  fish:  latent completion fish | source"
})
final class CompletionCommand implements Runnable {
    /** The shells there are scripts for. */
    enum ForShell {
        bash, zsh, fish
    }

    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(paramLabel = "SHELL", description = "${COMPLETION-CANDIDATES}.")
    private ForShell shell = ForShell.bash;

    @Override
    public void run() {
        CommandLine root = Objects.requireNonNull(spec).root().commandLine();
        PrintWriter out = spec.commandLine().getOut();
        // The script for bash turns itself into one for zsh when zsh reads it.
        out.print(shell == ForShell.fish ? fish(root) : AutoComplete.bash("latent", root));
        out.flush();
    }

    private static String fish(CommandLine root) {
        StringBuilder script = new StringBuilder("# fish completion for latent\ncomplete -c latent -f\n");
        for (var entry : root.getSubcommands().entrySet()) {
            CommandSpec command = entry.getValue().getCommandSpec();
            if (command.usageMessage().hidden()) {
                continue;
            }
            script.append("complete -c latent -n __fish_use_subcommand -a ").append(entry.getKey())
                    .append(" -d ").append(quoted(first(command.usageMessage().header(), command.usageMessage().description())))
                    .append('\n');
            for (OptionSpec option : command.options()) {
                appendOption(script, entry.getKey(), option);
            }
            for (String name : command.subcommands().keySet()) {
                script.append("complete -c latent -n '__fish_seen_subcommand_from ").append(entry.getKey()).append("' -a ").append(name)
                        .append('\n');
            }
        }
        return script.toString();
    }

    private static void appendOption(StringBuilder script, String command, OptionSpec option) {
        script.append("complete -c latent -n '__fish_seen_subcommand_from ").append(command).append('\'');
        for (String name : option.names()) {
            script.append(name.startsWith("--") ? " -l " + name.substring(2) : " -s " + name.substring(1));
        }
        if (option.arity().max() > 0) {
            script.append(option.paramLabel().startsWith("FILE") || option.longestName().equals("--model") ? " -r -F" : " -x");
        }
        script.append(" -d ").append(quoted(first(option.description()))).append('\n');
    }

    private static String first(String[]... candidates) {
        for (String[] lines : candidates) {
            for (String line : lines) {
                if (!line.isBlank()) {
                    return line;
                }
            }
        }
        return "";
    }

    private static String quoted(String text) {
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
    }
}

package org.latent4j.workbench;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.latent4j.kernel.LatentException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code latent help}: what a command does, or a topic that several commands share. */
@Command(name = "help", header = "Explain a command or a topic: models, encoders, spaces, sites, prompts, steering, files, errors, java.")
final class HelpCommand implements Runnable {
    static final List<String> TOPICS = List.of("models", "encoders", "spaces", "sites", "prompts", "steering", "files", "errors", "java");

    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(paramLabel = "TOPIC", arity = "0..1", description = "A command's name, or one of the topics.")
    private @Nullable String topic;

    @Override
    public void run() {
        CommandLine line = Objects.requireNonNull(spec).commandLine();
        CommandLine root = spec.root().commandLine();
        if (topic == null) {
            root.usage(line.getOut());
        } else if (TOPICS.contains(topic)) {
            line.getOut().print(text(topic));
        } else if (root.getSubcommands().containsKey(topic)) {
            root.getSubcommands().get(topic).usage(line.getOut());
        } else {
            throw new LatentException("there is no help on '%s'; topics are %s, commands are %s"
                    .formatted(topic, String.join(", ", TOPICS), String.join(", ", visible(root))));
        }
        line.getOut().flush();
    }

    private static List<String> visible(CommandLine root) {
        return root.getSubcommands().entrySet().stream()
                .filter(entry -> !entry.getValue().getCommandSpec().usageMessage().hidden())
                .map(java.util.Map.Entry::getKey)
                .toList();
    }

    private static String text(String topic) {
        try (InputStream in = Objects.requireNonNull(HelpCommand.class.getResourceAsStream("help/" + topic + ".txt"))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

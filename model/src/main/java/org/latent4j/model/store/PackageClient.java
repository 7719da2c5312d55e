package org.latent4j.model.store;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import java.util.stream.Stream;
import org.latent4j.kernel.LatentException;

/**
 * A package manager's ordinary client, found on {@code PATH}: {@code pip}, {@code pip3}, {@code python3 -m pip} or {@code npm}. It is
 * run without a shell, arguments as a list, and only ever fetches: wheels only, no dependencies, no scripts.
 */
final class PackageClient {
    private static final long SILENCE_MILLIS = TimeUnit.MINUTES.toMillis(5);
    private static final int LONGEST_QUOTE = 400;

    private final String client;
    private final List<String> command;
    private final Map<String, String> environment;

    private PackageClient(String client, List<String> command, Map<String, String> environment) {
        this.client = client;
        this.command = command;
        this.environment = environment;
    }

    /**
     * The first working program that is this client.
     *
     * @param client {@code pip} or {@code npm}
     * @param scratch a folder for what it prints
     * @throws FetchException if there is none
     */
    static PackageClient find(String client, Map<String, String> environment, Path scratch) throws IOException {
        List<List<String>> candidates = client.equals("pip")
                ? List.of(List.of("pip"), List.of("pip3"), List.of("python3", "-m", "pip"), List.of("python", "-m", "pip"),
                        List.of("py", "-m", "pip"))
                : List.of(List.of(client));
        for (List<String> candidate : candidates) {
            Optional<Path> program = onPath(candidate.getFirst(), environment);
            if (program.isPresent()) {
                List<String> command = new ArrayList<>(candidate);
                command.set(0, program.get().toString());
                PackageClient found = new PackageClient(client, command, environment);
                if (found.works(scratch)) {
                    return found;
                }
            }
        }
        throw new FetchException(client.equals("pip") ? "neither pip, pip3 nor python3 -m pip works here" : client + " isn't on PATH");
    }

    private static Optional<Path> onPath(String program, Map<String, String> environment) {
        boolean windows = File.separatorChar == '\\';
        List<String> endings = windows ? List.of(".exe", ".cmd", ".bat") : List.of("");
        for (String folder : environment.getOrDefault("PATH", "").split(File.pathSeparator, -1)) {
            for (String ending : endings) {
                try {
                    Path candidate = Path.of(folder, program + ending);
                    if (candidate.isAbsolute() && Files.isRegularFile(candidate) && Files.isExecutable(candidate)) {
                        return Optional.of(candidate);
                    }
                } catch (InvalidPathException e) {
                    continue; // a folder that can't be holds no program
                }
            }
        }
        return Optional.empty();
    }

    /** A launcher may be there without what it launches. */
    private boolean works(Path scratch) throws IOException {
        try {
            run(List.of("--version"), scratch, 0, _ -> {});
            return true;
        } catch (FetchException e) {
            return false;
        }
    }

    /**
     * Fetches one package's archive.
     *
     * @param name with its exact version
     * @param folder empty, for the archive and all that the client keeps meanwhile
     * @param arrived hears about how many bytes came so far
     * @throws FetchException with the client's own words if it fails
     */
    Path fetch(String name, Path folder, LongConsumer arrived) throws IOException {
        Path target = Files.createDirectories(folder.resolve("archive"));
        List<String> arguments = client.equals("pip")
                ? List.of("download", "--no-deps", "--only-binary", ":all:", "--ignore-requires-python", "--no-input",
                        "--disable-pip-version-check", "--progress-bar", "off", "--dest", target.toString(), name)
                : List.of("pack", "--ignore-scripts", "--loglevel", "error", name);
        run(arguments, folder, SILENCE_MILLIS, arrived);
        try (Stream<Path> files = Files.list(target)) {
            List<Path> archives = files.filter(PackageClient::isArchive).toList();
            if (archives.size() != 1) {
                throw new FetchException("%s left %d archives of %s instead of one".formatted(client, archives.size(), name));
            }
            return archives.getFirst();
        }
    }

    private static boolean isArchive(Path file) {
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        return name.endsWith(".whl") || name.endsWith(".tgz");
    }

    private void run(List<String> arguments, Path folder, long silence, LongConsumer arrived) throws IOException {
        List<String> line = new ArrayList<>(command);
        line.addAll(arguments);
        Path printed = folder.resolve("printed.txt");
        ProcessBuilder builder = new ProcessBuilder(line).redirectErrorStream(true).redirectOutput(printed.toFile());
        Path archives = folder.resolve("archive");
        builder.directory((Files.isDirectory(archives) ? archives : folder).toFile());
        prepare(builder.environment(), folder);
        Process process;
        try {
            process = builder.start();
            process.getOutputStream().close(); // it has nobody to ask
        } catch (IOException e) {
            throw new FetchException("%s can't be started: %s".formatted(line.getFirst(), e.getMessage()), e);
        }
        Thread ending = new Thread(process::destroy); // so that it doesn't outlive an interrupted latent
        Runtime.getRuntime().addShutdownHook(ending);
        try {
            if (watch(process, folder, silence == 0 ? TimeUnit.SECONDS.toMillis(30) : silence, arrived) != 0) {
                throw new FetchException("%s says: %s".formatted(client, quote(printed)));
            }
        } finally {
            process.destroy();
            forget(ending);
        }
    }

    private void prepare(Map<String, String> variables, Path folder) {
        variables.clear();
        variables.putAll(environment);
        variables.keySet().removeIf(name -> name.startsWith("HF_") || name.startsWith("HUGGING")); // tokens are none of its business
        for (String name : List.of("TMPDIR", "TMP", "TEMP")) {
            variables.put(name, folder.toString()); // where it keeps what has come so far
        }
        variables.put("npm_config_cache", folder.resolve("npm").toString());
        variables.put("npm_config_update_notifier", "false");
    }

    private int watch(Process process, Path folder, long silence, LongConsumer arrived) throws FetchException {
        long before = 0;
        long changed = System.nanoTime();
        try {
            while (!process.waitFor(100, TimeUnit.MILLISECONDS)) {
                long now = size(folder);
                arrived.accept(now);
                if (now != before) {
                    before = now;
                    changed = System.nanoTime();
                } else if (System.nanoTime() - changed > TimeUnit.MILLISECONDS.toNanos(silence)) {
                    throw new FetchException("%s made no progress for %d s".formatted(client, silence / 1000));
                }
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LatentException("interrupted while %s fetched a package".formatted(client), e);
        }
    }

    private static long size(Path folder) {
        try (Stream<Path> files = Files.walk(folder, 12)) {
            return files.mapToLong(file -> file.toFile().isFile() ? file.toFile().length() : 0).sum();
        } catch (IOException | java.io.UncheckedIOException e) {
            return 0; // a file went while we looked; the next look will do
        }
    }

    private static void forget(Thread ending) {
        try {
            Runtime.getRuntime().removeShutdownHook(ending);
        } catch (IllegalStateException e) {
            return; // the virtual machine is ending, and the hook with it
        }
    }

    /** The end of what the program printed, as one line. */
    private static String quote(Path printed) throws IOException {
        byte[] bytes = Files.readAllBytes(printed);
        int from = Math.max(0, bytes.length - 4096);
        StringBuilder line = new StringBuilder();
        for (String part : new String(bytes, from, bytes.length - from, StandardCharsets.UTF_8).split("\\R", -1)) {
            String words = part.replaceAll("\\e\\[[0-9;]*[A-Za-z]", "").replaceAll("\\p{Cntrl}", " ").strip();
            if (!words.isEmpty()) {
                line.append(line.isEmpty() ? "" : " | ").append(words);
            }
        }
        return line.isEmpty()
                ? "(nothing)"
                : line.length() <= LONGEST_QUOTE ? line.toString() : "… " + line.substring(line.length() - LONGEST_QUOTE);
    }
}

package org.latent4j.workbench;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.lang.reflect.Constructor;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.WarmUp;
import org.latent4j.space.Spellings;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The {@code latent} command. */
@Command(name = "latent", header = "A workbench for latent spaces: see what a language model holds, layer by layer.", synopsisSubcommandLabel = "COMMAND", mixinStandardHelpOptions = true, versionProvider = Version.class, footer = {
    "",
    "Begin with:   latent read \"The capital of France is\"",
    "Then:         latent COMMAND --help, latent help TOPIC (models, encoders, sites, prompts, steering, files, errors, java)"
})
final class Latent implements Runnable {
    private static final int USERS_MISTAKE = 2;
    private static final int OUR_MISTAKE = 1;
    /** How picocli tells of a word that is none of an enumeration's. */
    private static final Pattern CHOICES = Pattern.compile("(.*)expected one of \\[(.*)] \\(case-insensitive\\) but was '(.*)'");
    /** The commands by name; which class is which is told by {@link #command}. */
    private static final List<String> COMMANDS = List.of("read", "generate", "chat", "capture", "encode", "near", "math", "between", "axis",
            "ask", "duplicates", "recommend", "evaluate", "store", "import", "export", "map", "manifold", "clusters", "outliers",
            "describe", "compare", "probe", "direction", "steer", "experiment", "tokens", "models", "doctor", "help", "completion",
            "rehearse");

    @Option(names = "--debug", scope = CommandLine.ScopeType.INHERIT, description = "Show where an error came from.")
    private boolean debug;

    private Latent() {}

    /** Runs the command line and ends the process: 0, 1 for our mistake, 2 for the user's. */
    public static void main(String[] arguments) {
        openErrors();
        PrintWriter out = new PrintWriter(
                new OutputStreamWriter(new FileOutputStream(FileDescriptor.out), StandardCharsets.UTF_8), false);
        int exit = run(out, new PrintWriter(System.err, true), arguments);
        out.flush();
        System.err.flush();
        Runtime.getRuntime().exit(exit);
    }

    /** Runs a command line in this process. */
    static int run(PrintWriter out, PrintWriter err, String... arguments) {
        String first = arguments.length == 0 ? "" : arguments[0];
        WarmUp warmUp = arguments.length > 1 && first.equals("read") ? WarmUp.start() : WarmUp.NONE;
        CommandLine line = commandLine(List.of(arguments), warmUp);
        line.setOut(new PrintWriter(out, false));
        line.setErr(err);
        line.setParameterExceptionHandler(Latent::tellMisuse);
        line.setExecutionExceptionHandler((thrown, failed, _) -> tell(thrown, failed));
        try {
            return line.execute(arguments);
        } catch (StackOverflowError | OutOfMemoryError thrown) {
            return tell(thrown, line);
        } finally {
            line.getOut().flush();
        }
    }

    /**
     * The command line. Looking into a command's class costs more than most of them do, so it is done for those alone that
     * the arguments name; the others are known by name and first line.
     */
    private static CommandLine commandLine(List<String> arguments, WarmUp warmUp) {
        CommandLine line = new CommandLine(new Latent());
        String first = arguments.isEmpty() ? "" : arguments.getFirst();
        boolean alone = COMMANDS.contains(first) && !first.equals("help") && !first.equals("completion");
        for (String name : alone ? List.of(first) : COMMANDS) {
            Object command = command(name, warmUp);
            boolean named = arguments.contains(name) || first.equals("completion");
            CommandSpec spec = named ? CommandSpec.forAnnotatedObject(command) : firstLine(command.getClass());
            spec.mixinStandardHelpOptions(true).usageMessage().hidden(name.equals("rehearse"));
            line.addSubcommand(name, spec);
        }
        return line.setCaseInsensitiveEnumValuesAllowed(true).setUsageHelpWidth(Math.clamp(Terminal.detect().width(), 60, 110));
    }

    private static CommandSpec firstLine(Class<?> command) {
        CommandSpec spec = CommandSpec.create();
        spec.usageMessage().header(Objects.requireNonNull(command.getAnnotation(Command.class)).header());
        return spec;
    }

    private static Object command(String name, WarmUp warmUp) {
        return switch (name) {
            case "read" -> new ReadCommand(warmUp);
            case "generate" -> new GenerateCommand();
            case "chat" -> new ChatCommand(System.in);
            case "capture" -> new CaptureCommand();
            case "encode" -> new EncodeCommand();
            case "near" -> new NearCommand();
            case "math" -> new MathCommand();
            case "between" -> new BetweenCommand();
            case "axis" -> new AxisCommand();
            case "ask" -> new AskCommand();
            case "duplicates" -> new DuplicatesCommand();
            case "recommend" -> new RecommendCommand();
            case "evaluate" -> new EvaluateCommand();
            case "store" -> new StoreCommand();
            case "import" -> new ImportCommand();
            case "export" -> new ExportCommand();
            case "map" -> new MapCommand();
            case "manifold" -> new ManifoldCommand();
            case "clusters" -> new ClustersCommand();
            case "outliers" -> new OutliersCommand();
            case "describe" -> new DescribeCommand();
            case "compare" -> new CompareCommand();
            case "probe" -> new ProbeCommand();
            case "direction" -> new DirectionCommand();
            case "steer" -> new SteerCommand();
            case "experiment" -> new ExperimentCommand();
            case "tokens" -> new TokensCommand();
            case "models" -> new ModelsCommand(System.getenv(), ProgressBar.on(Terminal.detect()));
            case "doctor" -> new DoctorCommand();
            case "help" -> new HelpCommand();
            case "completion" -> new CompletionCommand();
            case "rehearse" -> new RehearseCommand();
            default -> throw new IllegalArgumentException(name);
        };
    }

    @Override
    public void run() {
        throw new LatentException("which command? 'latent --help' lists them; begin with: latent read \"The capital of France is\"");
    }

    /** A command line that can't be understood, in one line, with the nearest that can. */
    private static int tellMisuse(ParameterException thrown, String... arguments) {
        CommandLine line = thrown.getCommandLine();
        CommandSpec command = line.getCommandSpec();
        Optional<String> unknown = UnknownOption.in(command, arguments);
        StringBuilder message = new StringBuilder("latent: ")
                .append(unknown.map("unknown option: '%s'"::formatted).orElseGet(() -> said(thrown)));
        unknown.map(option -> UnknownOption.meant(command, option))
                .orElseGet(() -> thrown instanceof UnmatchedArgumentException unmatched ? meant(unmatched) : Optional.empty())
                .ifPresent(name -> message.append("; did you mean '").append(name).append("'?"));
        message.append(" (see: ").append(line.getCommandSpec().qualifiedName()).append(" --help)");
        line.getErr().println(message);
        return USERS_MISTAKE;
    }

    private static String said(ParameterException thrown) {
        if (thrown instanceof UnmatchedArgumentException unmatched && !thrown.getCommandLine().getSubcommands().isEmpty()) {
            return "there is no command '%s'".formatted(unmatched.getUnmatched().getFirst());
        }
        return choices(firstLine(thrown));
    }

    /** A message of picocli's that lists the constants of an enumeration, with the words that people write. */
    private static String choices(String message) {
        Matcher listed = CHOICES.matcher(message);
        if (!listed.matches()) {
            return message;
        }
        List<String> words = List.of(listed.group(2).toLowerCase(Locale.ROOT).split(", "));
        String given = listed.group(3);
        return "%sexpected one of %s but was '%s'%s".formatted(
                listed.group(1), String.join(", ", words), given, Spellings.suggestion(given, words));
    }

    /** The command that is nearest to the first word that isn't one; picocli's own choice counts letters in any order. */
    private static Optional<String> meant(UnmatchedArgumentException unmatched) {
        String word = unmatched.getUnmatched().getFirst().replaceFirst("=.*", "");
        CommandSpec spec = unmatched.getCommandLine().getCommandSpec();
        List<String> names = spec.subcommands().entrySet().stream()
                .filter(entry -> !entry.getValue().getCommandSpec().usageMessage().hidden()).map(Map.Entry::getKey).toList();
        Optional<String> begun = names.stream().filter(name -> word.length() > 2 && name.startsWith(word)).findFirst();
        return begun.or(() -> Spellings.nearest(word, names).stream().findFirst());
    }

    private static int tell(Throwable thrown, CommandLine line) {
        line.getOut().flush();
        boolean debug = line.getCommandSpec().root().userObject() instanceof Latent latent && latent.debug;
        if (debug) {
            thrown.printStackTrace(line.getErr());
        }
        switch (thrown) {
            case LatentException mistake -> {
                line.getErr().println("latent: " + oneLine(String.valueOf(mistake.getMessage())));
                return USERS_MISTAKE;
            }
            case OutOfMemoryError _ -> {
                line.getErr().println(
                        "latent: the memory doesn't suffice (%d MB may be used); give more with LATENT_JVM=-Xmx8g, or less text or fewer sites"
                                .formatted(Runtime.getRuntime().maxMemory() >> 20));
                return USERS_MISTAKE;
            }
            default -> {
                line.getErr().println(
                        "latent: something went wrong that shouldn't (%s); --debug shows where".formatted(oneLine(thrown.toString())));
                return OUR_MISTAKE;
            }
        }
    }

    private static String firstLine(Throwable thrown) {
        String message = String.valueOf(thrown.getMessage());
        String line = message.lines().findFirst().orElse(message).strip();
        return line.isEmpty() ? line : Character.toLowerCase(line.charAt(0)) + line.substring(1);
    }

    private static String oneLine(String message) {
        return PlainLine.of(message.replace("\r", "").replace('\n', ' '));
    }

    /**
     * Opens standard error where the launcher has put it: the JVM's own is closed, because it would begin with a warning
     * about the Vector API every time.
     */
    private static void openErrors() {
        String number = System.getProperty("latent.errors");
        if (number == null) {
            return;
        }
        try {
            Constructor<FileDescriptor> constructor = FileDescriptor.class.getDeclaredConstructor(int.class);
            constructor.setAccessible(true);
            FileOutputStream stream = new FileOutputStream(constructor.newInstance(Integer.parseInt(number)));
            System.setErr(new PrintStream(stream, true, StandardCharsets.UTF_8));
        } catch (ReflectiveOperationException | RuntimeException e) {
            System.out.println("latent: standard error can't be opened (" + e + "); start latent by its launcher");
        }
    }
}

package org.latent4j.workbench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.latent4j.kernel.Progress;
import org.latent4j.model.store.ModelStore;

/** Every command of {@code docs/spaces.md} does what the document shows. */
class SpacesDocumentTest {
    private static final Pattern ARGUMENT = Pattern.compile("\"([^\"]*)\"|(\\S+)");
    private static final Pattern FILE = Pattern.compile("(animals|states)\\.\\S+");

    @TempDir
    Path folder;

    @Test
    void commandsOnFiles() throws IOException {
        assertThat(run(Kind.FILES)).isGreaterThan(3);
    }

    @Test
    void commandsOnCapturedStates() throws IOException {
        assumeTrue(isHere("smollm2-135m-instruct"), "the default model isn't on this machine: latent models pull smollm2-135m-instruct");
        assertThat(run(Kind.STATES)).isEqualTo(2);
    }

    @Test
    void commandsOnWordVectors() throws IOException {
        assumeTrue(isHere("glove"), "glove isn't on this machine: latent models pull glove");
        assertThat(run(Kind.WORDS)).isGreaterThan(3);
    }

    private static boolean isHere(String name) {
        try {
            ModelStore.standard(System.getenv(), true).locate(name, Progress.NONE);
            return true;
        } catch (RuntimeException _) {
            return false;
        }
    }

    /** What a command works on. */
    private enum Kind {
        FILES, STATES, WORDS;

        static Kind of(String command) {
            return command.contains("animals.") ? FILES : command.contains("states.") ? STATES : WORDS;
        }
    }

    /** Runs the commands of a kind; how many there are. */
    private int run(Kind kind) throws IOException {
        List<String> lines = Files.readAllLines(Path.of("../docs/spaces.md"));
        int table = lines.indexOf("    name,kind,size,fur,wings,water");
        List<String> rows = lines.stream().skip(table).takeWhile(line -> !line.isBlank()).map(String::strip).toList();
        Files.write(folder.resolve("animals.csv"), rows);
        int ran = 0;
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).startsWith("    ./latent ") && Kind.of(lines.get(i)) == kind) {
                List<String> shown = lines.stream().skip(i + 1).takeWhile(line -> line.startsWith("    ")).map(line -> line.substring(4))
                        .toList();
                check(lines.get(i).strip().substring("./latent ".length()), shown);
                ran++;
            }
        }
        return ran;
    }

    private void check(String command, List<String> shown) {
        List<String> arguments = new ArrayList<>();
        Matcher matcher = ARGUMENT.matcher(command);
        while (matcher.find()) {
            String argument = matcher.group(1) != null ? matcher.group(1) : matcher.group(2);
            arguments.add(FILE.matcher(argument).matches() ? folder.resolve(argument).toString() : argument);
        }
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = Latent.run(new PrintWriter(out), new PrintWriter(err), arguments.toArray(String[]::new));
        assertThat(code).as("%s: %s", command, err).isZero();
        if (!shown.isEmpty()) {
            assertThat(out.toString().replace(folder + "/", "").lines().toList()).as(command).isEqualTo(shown);
        }
    }
}

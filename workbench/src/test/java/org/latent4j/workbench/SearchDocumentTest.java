package org.latent4j.workbench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.latent4j.kernel.Progress;
import org.latent4j.model.store.ModelStore;

/**
 * Every command that {@code docs/search.md} and the README's chapter on spaces show works: with a small encoder on a few made-up packages,
 * so that the answers differ from those shown.
 */
class SearchDocumentTest {
    private static final Pattern COMMAND = Pattern.compile("(?:    |\\$ )(?:\\./)?latent (.*?)(?:\\s+#.*)?");
    private static final Pattern ARGUMENT = Pattern.compile("\"([^\"]*)\"|(\\S+)");
    private static final Set<String> NAMES = Set.of("gnuplot", "grace", "octave", "r-base", "texlive-base");

    @TempDir
    Path folder;

    private String encoder = "";

    @BeforeEach
    void write() throws IOException {
        encoder = Objects.requireNonNull(TinyModel.folder().getParent()).resolveSibling("encoders").resolve("mpnet").toString();
        List<String> rows = new ArrayList<>(List.of("name\tsection\ttext"));
        for (int i = 0; i < 30; i++) {
            rows.add("p%d\t%s\tthe tool %d, %s".formatted(i, i % 2 == 0 ? "science" : "games", i, "a cat ".repeat(i % 4)));
        }
        NAMES.stream().sorted().forEach(name -> rows.add(name + "\tscience\tplots data as graphs: " + name));
        Files.write(folder.resolve("descriptions.tsv"), rows);
        Files.copy(folder.resolve("descriptions.tsv"), folder.resolve("debian-descriptions.tsv"));
        Files.writeString(folder.resolve("new.tsv"), "name\tsection\ttext\nnewplot\tscience\tplots the data anew\n");
        Files.writeString(folder.resolve("points.csv"), "name,x,y\na,1,2\nb,3,4\n");
        Files.writeString(folder.resolve("more.csv"), "name,x,y\nc,1,0\nd,0,1\n");
        Files.writeString(folder.resolve("q.jsonl"), "{\"query\": \"plots data\", \"relevant\": [\"gnuplot\", 17]}\n");
        StringBuilder table = new StringBuilder("user,item,weight\nalice,gnuplot,1\nalice,grace,2\n");
        for (int i = 0; i < 60; i++) {
            table.append("u%d,%s,1%n".formatted(i / 4, i % 5 == 0 ? "gnuplot" : "p" + i * 7 % 11 + i % 3));
        }
        Files.writeString(folder.resolve("installs.csv"), table);
        ran("import points.csv --out points.space");
        ran("export more.csv --to npy --out more.npy");
        ran("encode --texts descriptions.tsv --out packages.space");
    }

    @Test
    void commandsOfTheDocument() throws IOException {
        assertThat(run(Files.readAllLines(Path.of("../docs/search.md")))).isGreaterThan(12);
    }

    @Test
    void commandsOfTheReadme() throws IOException {
        List<String> lines = Files.readAllLines(Path.of("../README.md"));
        int chapter = lines.indexOf("## Spaces: search, calculate, ask");
        assertThat(chapter).isPositive();
        assertThat(run(lines.stream().skip(chapter + 1L).takeWhile(line -> !line.startsWith("## ")).toList())).isGreaterThan(2);
    }

    private int run(List<String> lines) {
        int ran = 0;
        for (String line : lines) {
            Matcher command = COMMAND.matcher(line);
            if (command.matches() && isPossible(command.group(1))) {
                ran(command.group(1));
                ran++;
            }
        }
        return ran;
    }

    /** Whether the model that a command wants is on this machine. */
    private static boolean isPossible(String command) {
        return (!command.startsWith("ask ") || isHere("smollm2-135m-instruct")) && (!command.startsWith("math ") || isHere("glove"));
    }

    private static boolean isHere(String name) {
        try {
            ModelStore.standard(System.getenv(), true).locate(name, Progress.NONE);
            return true;
        } catch (RuntimeException _) {
            return false;
        }
    }

    private void ran(String command) {
        List<String> arguments = new ArrayList<>();
        Matcher matcher = ARGUMENT.matcher(command);
        while (matcher.find()) {
            String argument = matcher.group(1) != null ? matcher.group(1) : matcher.group(2);
            arguments.add(argument.matches("[\\w-]+\\.(space|tsv|csv|npy|jsonl)") ? folder.resolve(argument).toString() : argument);
        }
        if (command.startsWith("encode ")) {
            arguments.addAll(List.of("-m", encoder, "--offline"));
        }
        if (command.startsWith("ask ")) {
            arguments.addAll(List.of("--max-tokens", "3"));
        }
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = Latent.run(new PrintWriter(out), new PrintWriter(err, true), arguments.toArray(String[]::new));
        assertThat(code).as("%s: %s", command, err).isZero();
        assertThat(out + "" + err).as(command).isNotBlank();
    }
}

package org.latent4j.workbench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launcher as a process: in a distribution put together from the test's own class path, in a folder with a blank. */
class LauncherTest {
    @TempDir
    private Path temporary = Path.of("");

    private Path home = Path.of("");

    /** What a process printed, and its exit code. */
    private record Run(int code, String out, String err) {}

    @BeforeEach
    void layOut() throws IOException {
        assumeTrue(Files.isExecutable(Path.of("/bin/sh")), "there is no /bin/sh");
        home = Files.createDirectories(temporary.resolve("with blank"));
        Path lib = Files.createDirectories(home.resolve("lib"));
        Files.copy(launcher(), home.resolve("latent"));
        home.resolve("latent").toFile().setExecutable(true);
        Files.copy(Path.of("src/main/dist/jvm.options").toAbsolutePath(), lib.resolve("jvm.options"));
        int number = 0;
        for (String entry : System.getProperty("java.class.path").split(java.io.File.pathSeparator, -1)) {
            Path path = Path.of(entry);
            if (Files.isRegularFile(path)) {
                Files.createSymbolicLink(lib.resolve(number++ + ".jar"), path);
            } else if (Files.isDirectory(path) && !path.endsWith("test-classes")) {
                zip(path, lib.resolve(number++ + ".jar"));
            }
        }
    }

    private static Path launcher() {
        for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
            if (Files.exists(folder.resolve("latent"))) {
                return folder.resolve("latent");
            }
        }
        throw new IllegalStateException("the launcher is not above " + Path.of("").toAbsolutePath());
    }

    private static void zip(Path classes, Path jar) throws IOException {
        try (var out = new java.util.zip.ZipOutputStream(Files.newOutputStream(jar));
                Stream<Path> files = Files.walk(classes)) {
            for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
                out.putNextEntry(new java.util.zip.ZipEntry(classes.relativize(file).toString().replace('\\', '/')));
                Files.copy(file, out);
                out.closeEntry();
            }
        }
    }

    private Run run(Map<String, String> environment, String... command) {
        try {
            Path out = Files.createTempFile(temporary, "out", "");
            Path err = Files.createTempFile(temporary, "err", "");
            ProcessBuilder builder = new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
            Map<String, String> whole = builder.environment();
            whole.keySet().removeIf(name -> name.startsWith("LATENT_") || name.startsWith("JAVA") || name.startsWith("JDK"));
            whole.put("LATENT_AOT", "off");
            whole.put("LATENT_JAVA", System.getProperty("java.home"));
            whole.putAll(environment);
            Process process = builder.start();
            process.getOutputStream().close();
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            return new Run(process.exitValue(), Files.readString(out, StandardCharsets.UTF_8),
                    Files.readString(err, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private String latent() {
        return home.resolve("latent").toString();
    }

    @Test
    void startsFromAFolderWithABlankAndPrintsNothingOfTheJvms() {
        Run run = run(Map.of(), latent(), "--version");
        assertThat(run.code()).isZero();
        assertThat(run.out()).startsWith("latent ").contains("JDK");
        assertThat(run.err()).isEmpty();
    }

    @Test
    void startsThroughALink() throws IOException {
        Path link = Files.createSymbolicLink(temporary.resolve("lat"), home.resolve("latent"));
        assertThat(run(Map.of(), link.toString(), "--version").code()).isZero();
    }

    @Test
    void passesExitCodesAndErrorsOn() {
        Run run = run(Map.of(), latent(), "read", "--nonsense");
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).isEqualTo("latent: unknown option: '--nonsense' (see: latent read --help)\n");
    }

    @Test
    void argumentsInOtherScriptsArriveWholeInAnyLocale() throws IOException {
        String model = TinyModel.withByteTokenizer(temporary).toString();
        Run run = run(Map.of("LC_ALL", "C"), latent(), "tokens", "--json", "-m", model, "naïve 日本");
        assertThat(run.err()).isEmpty();
        assertThat(run.out()).contains("naïve 日本");
    }

    @Test
    void aPipeThatIsClosedEndsQuietly() {
        Run run = run(Map.of(), "/bin/sh", "-c", "\"" + latent() + "\" help sites | head -n 1");
        assertThat(run.out().lines()).hasSize(1);
        assertThat(run.err()).isEmpty();
    }

    @Test
    void aJdkThatIsTooOldIsNamedInOneLine() throws IOException {
        Path old = jdk("old", "17.0.15");
        Run run = run(Map.of("LATENT_JAVA", old.toString()), latent(), "--version");
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).startsWith("latent: LATENT_JAVA is '" + old).contains("25 or newer");
        assertThat(run.err().strip().lines()).hasSize(1);
    }

    @Test
    void findsTheNewestWhereAnOldOneIsTheDefault() throws IOException {
        Path sdkman = Files.createDirectories(temporary.resolve("sdkman/candidates/java"));
        Files.createSymbolicLink(sdkman.resolve("25-tem"), Path.of(System.getProperty("java.home")));
        Path old = jdk("default", "17.0.15");
        Run run = run(
                Map.of("LATENT_JAVA", "", "JAVA_HOME", old.toString(), "SDKMAN_DIR", temporary.resolve("sdkman").toString(),
                        "PATH", old.resolve("bin") + ":/usr/bin:/bin"),
                latent(), "--version");
        assertThat(run.err()).isEmpty();
        assertThat(run.code()).isZero();
    }

    @Test
    void optionsThatTheJvmRefusesAreSaid() {
        Run run = run(Map.of("LATENT_JVM", "-XX:+NoSuchOption"), latent(), "--version");
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).startsWith("latent: ").contains("LATENT_JVM", "NoSuchOption");
    }

    /** A folder that looks like a JDK of a version. */
    private Path jdk(String name, String version) throws IOException {
        Path bin = Files.createDirectories(temporary.resolve(name).resolve("bin"));
        Path java = Files.writeString(bin.resolve("java"), "#!/bin/sh\nexit 3\n");
        java.toFile().setExecutable(true);
        Files.createDirectories(temporary.resolve(name).resolve("lib"));
        Files.writeString(temporary.resolve(name).resolve("lib/modules"), "");
        List<String> release = new ArrayList<>(List.of("IMPLEMENTOR=\"Test\"", "JAVA_VERSION=\"" + version + "\""));
        Files.write(temporary.resolve(name).resolve("release"), release);
        return temporary.resolve(name);
    }
}

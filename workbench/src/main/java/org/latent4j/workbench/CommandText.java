package org.latent4j.workbench;

import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;

/** What a command says about itself: notes for the user, and in manifests how to repeat it. */
record CommandText(CommandSpec spec) {
    /** Tells the user something, in one line on standard error. */
    void note(String line) {
        PrintWriter err = spec.commandLine().getErr();
        err.println("latent: " + PlainLine.of(line));
        err.flush();
    }

    /** Writes to standard output. */
    void print(String text) {
        PrintWriter out = spec.commandLine().getOut();
        out.print(text);
        out.flush();
    }

    /** The command line as a shell reads it back. */
    String commandLine() {
        StringBuilder line = new StringBuilder("latent");
        for (String argument : spec.root().commandLine().getParseResult().originalArgs()) {
            line.append(' ').append(Shell.quote(argument));
        }
        return line.toString();
    }

    /** The beginning of a manifest: command and version. */
    Map<String, String> manifest() {
        Map<String, String> manifest = new LinkedHashMap<>();
        manifest.put("command", commandLine());
        manifest.put("version", Version.ofLatent4j());
        manifest.put("java", Runtime.version().toString());
        return manifest;
    }
}

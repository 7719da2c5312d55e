package org.latent4j.workbench;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.concurrent.atomic.AtomicReference;
import org.latent4j.kernel.LatentException;
import picocli.CommandLine;

/** What a subcommand said and how it ended. Its user's mistakes end with 2, as the root command ends with them. */
record Ran(int code, String out, String err) {
    static Ran command(Object command, String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        AtomicReference<Exception> bug = new AtomicReference<>();
        int code = new CommandLine(command)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .setParameterExceptionHandler((e, _) -> said(err, e))
                .setExecutionExceptionHandler((e, _, _) -> {
                    if (e instanceof LatentException) {
                        return said(err, e);
                    }
                    bug.set(e);
                    return 1;
                })
                .execute(arguments);
        if (bug.get() != null) {
            throw new AssertionError("not a user's mistake", bug.get());
        }
        return new Ran(code, out.toString(), err.toString());
    }

    private static int said(StringWriter err, Exception e) {
        err.append("latent: ").append(String.valueOf(e.getMessage())).append('\n');
        return 2;
    }

    /** The one line that a mistake is answered with. */
    String mistake() {
        if (code != 2 || err.lines().count() != 1) {
            throw new AssertionError("one line and code 2 were expected, not " + this);
        }
        return err.strip();
    }
}

package org.latent4j.workbench;

import java.io.PrintStream;
import org.latent4j.kernel.Progress;

/**
 * Shows on a terminal's standard error how far work has come, once it has taken a second, and takes itself away when it
 * is done.
 */
final class ProgressBar implements Progress {
    private static final long PATIENCE_NANOS = 1_000_000_000L;
    private static final long PAUSE_NANOS = 100_000_000L;
    private static final int BAR = 24;

    private final PrintStream errors;
    private final int width;
    private String task = "";
    private long begun;
    private long begunAt;
    private long shownAt;
    private boolean visible;

    private ProgressBar(PrintStream errors, int width) {
        this.errors = errors;
        this.width = width;
    }

    /** A bar where standard error is a terminal, silence elsewhere. */
    static Progress on(Terminal terminal) {
        return terminal.errors() ? new ProgressBar(System.err, terminal.width()) : Progress.NONE;
    }

    @Override
    public synchronized void report(String what, long done, long total, Unit unit) {
        long now = System.nanoTime();
        if (!what.equals(task)) {
            clear();
            task = what;
            begun = done;
            begunAt = now;
        }
        if (total >= 0 && done >= total) {
            clear();
            task = "";
        } else if (now - begunAt > PATIENCE_NANOS && now - shownAt > PAUSE_NANOS) {
            shownAt = now;
            visible = true;
            errors.print("\r\033[2K" + line(done, total, unit, (now - begunAt) / 1e9));
            errors.flush();
        }
    }

    private void clear() {
        if (visible) {
            errors.print("\r\033[2K");
            errors.flush();
            visible = false;
        }
    }

    private String line(long done, long total, Unit unit, double seconds) {
        StringBuilder line = new StringBuilder(task);
        double rate = (done - begun) / seconds;
        if (total > 0) {
            int full = (int) (BAR * done / total);
            line.append("  ").append("━".repeat(full)).append("┄".repeat(BAR - full));
            line.append("  ").append(100 * done / total).append(" %");
        }
        line.append("  ").append(amount(done, unit));
        if (total > 0) {
            line.append(" of ").append(amount(total, unit));
        }
        if (rate > 0) {
            line.append("  ").append(amount(Math.round(rate), unit)).append("/s");
            if (total > 0) {
                line.append("  ").append(duration(Math.round((total - done) / rate))).append(" left");
            }
        }
        return line.length() < width ? line.toString() : line.substring(0, Math.max(0, width - 1));
    }

    private static String amount(long number, Unit unit) {
        return switch (unit) {
            case BYTES -> Amounts.bytes(number);
            case TOKENS -> Amounts.count(number) + " tokens";
            case STEPS -> Amounts.count(number);
        };
    }

    private static String duration(long seconds) {
        long hours = seconds / 3600;
        long minutes = seconds / 60 % 60;
        return hours > 0 ? hours + " h " + minutes + " min" : minutes > 0 ? minutes + " min " + seconds % 60 + " s" : seconds + " s";
    }
}

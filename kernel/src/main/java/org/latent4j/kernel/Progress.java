package org.latent4j.kernel;

/**
 * Hears how far long work has come. Whoever works reports; whoever shows (a terminal, a page) decides whether and how
 * often. Implementations are called from the working thread and return at once.
 */
@FunctionalInterface
public interface Progress {
    /** Says nothing to nobody. */
    Progress NONE = (what, done, total, unit) -> {};

    /**
     * {@code done} of {@code total} is done; equal numbers end the task.
     *
     * @param what the task in a few words, the same at every call of one task: {@code Fetching smollm2-135m-instruct}
     * @param done how much is done, from 0
     * @param total how much there is, or -1 where nobody knows
     * @param unit what is counted
     */
    void report(String what, long done, long total, Unit unit);

    /** What is counted. */
    enum Unit {
        /** Bytes, shown as MB and MB/s. */
        BYTES,
        /** Tokens, shown as tokens and tokens/s. */
        TOKENS,
        /** Anything else, shown as a plain count. */
        STEPS
    }
}

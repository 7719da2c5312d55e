package org.latent4j.insight;

/** Long work was asked to stop; what it has found so far is in its {@link StateFile}, and the same work goes on from there. */
public final class Interrupted extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** Without a stack trace: it tells no mistake. */
    public Interrupted() {
        super("interrupted", null, false, false);
    }
}

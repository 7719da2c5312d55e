package org.latent4j.kernel;

/**
 * A mistake of the user's or of a file's, told in one line: what is wrong with which file or argument, and what to do.
 * The command line prints the message after {@code latent: } and ends with exit code 2.
 */
public final class LatentException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** An error told in one line, without {@code latent: } before it. */
    public LatentException(String message) {
        super(message);
    }

    /** An error told in one line, with what brought it about. */
    public LatentException(String message, Throwable cause) {
        super(message, cause);
    }
}

package org.latent4j.model.store;

import java.io.IOException;

/** A source that didn't give what was asked for; another source may. The message is a reason, to be quoted after a colon. */
final class FetchException extends IOException {
    private static final long serialVersionUID = 1L;

    FetchException(String message) {
        super(message);
    }

    FetchException(String message, Throwable cause) {
        super(message, cause);
    }
}

package org.latent4j.model.store;

import java.util.function.Consumer;
import org.latent4j.kernel.Progress;

/** Says, once as a notice and on as progress, that another process fetches the same model. */
final class Waiting implements Runnable {
    private final String what;
    private final Consumer<String> notices;
    private final Progress progress;
    private boolean said;

    Waiting(String model, Consumer<String> notices, Progress progress) {
        this.what = "Waiting for another process that fetches " + model;
        this.notices = notices;
        this.progress = progress;
    }

    @Override
    public void run() {
        if (!said) {
            said = true;
            notices.accept("w" + what.substring(1));
        }
        progress.report(what, 0, -1, Progress.Unit.STEPS);
    }
}

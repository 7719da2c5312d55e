package org.latent4j.model;

import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Progress;
import org.latent4j.kernel.WorkerPool;
import org.latent4j.model.format.Checkpoint;
import org.latent4j.model.store.ModelStore;
import org.latent4j.model.store.ModelStore.Located;

/** Opens models. */
public final class Models {
    /** The language model that is used where none is named. */
    public static final String DEFAULT = "smollm2-135m-instruct";

    private Models() {}

    /**
     * How a model is opened.
     *
     * @param threads how many threads compute, from 1; the caller is one of them
     * @param offline whether the network stays untouched
     * @param progress hears of downloads
     * @param notices hears in single lines what someone who waits should know: where a model came from and under which
     *     licence, that a hub can't be reached, that the model is larger than memory
     * @param pool the threads that compute, shared with other models and closed by its owner; null for threads of its own
     */
    public record Options(
            int threads, boolean offline, Progress progress, Consumer<String> notices, @Nullable WorkerPool pool) {
        /** As many threads as the machine has cores, the network if need be, silence. */
        public static Options standard() {
            return new Options(Runtime.getRuntime().availableProcessors(), false, Progress.NONE, _ -> {}, null);
        }

        /** The same with another number of threads, of its own. */
        public Options withThreads(int number) {
            return new Options(number, offline, progress, notices, null);
        }

        /** The same with or without the network. */
        public Options withOffline(boolean whether) {
            return new Options(threads, whether, progress, notices, pool);
        }

        /** The same with another listener to progress. */
        public Options withProgress(Progress listener) {
            return new Options(threads, offline, listener, notices, pool);
        }

        /** The same with the threads of a pool that models share; they take turns at it. Closing a model leaves it open. */
        public Options withPool(WorkerPool shared) {
            return new Options(shared.threads(), offline, progress, notices, shared);
        }

        /** The same with another listener to notices. */
        public Options withNotices(Consumer<String> listener) {
            return new Options(threads, offline, progress, listener, pool);
        }
    }

    /**
     * Opens a model with {@link Options#standard()}.
     *
     * @param name a catalogue name, a path to a {@code .gguf} or to a Hugging Face folder, or {@code org/name}
     * @throws LatentException if it can't be found, fetched or opened
     */
    public static Model open(String name) {
        return open(name, Options.standard());
    }

    /**
     * Opens a model: looks for it where people keep models, fetches it otherwise, and checks its files.
     *
     * @throws LatentException if it can't be found, fetched or opened, or a number of threads makes no sense
     */
    public static Model open(String name, Options options) {
        return open(locate(name, options), options);
    }

    /**
     * Opens a model that was found.
     *
     * @throws LatentException if it can't be opened
     */
    public static Model open(Located located, Options options) {
        Checkpoint checkpoint = Checkpoint.open(located.path());
        LargerThanMemory.notice(located.name(), checkpoint.files(), LargerThanMemory.memory()).ifPresent(options.notices());
        return new Model(located, checkpoint, options);
    }

    /**
     * Checks a model's files: what is right with them, and what is wrong. Reads them whole.
     *
     * @return what was looked at, in order; where one thing is so wrong that others can't be looked at, it is the last
     * @throws LatentException if there is no such model
     */
    public static List<Finding> check(String name, Options options) {
        return new ModelCheck(locate(name, options), options).findings();
    }

    /**
     * One thing that was looked at.
     *
     * @param what in a word or two: {@code structure}, {@code values}
     * @param right whether nothing is wrong
     * @param told in a line what is right or wrong
     */
    public record Finding(String what, boolean right, String told) {}

    /**
     * Finds a model, and fetches it if need be.
     *
     * @throws LatentException if it can't be found or fetched, or a number of threads makes no sense
     */
    public static Located locate(String name, Options options) {
        if (options.threads() < 1 || options.threads() > 1024) {
            throw new LatentException("%d threads: give a number from 1 to 1024".formatted(options.threads()));
        }
        return ModelStore.standard(System.getenv(), options.offline())
                .saying(options.notices())
                .locate(name, options.progress());
    }
}

package org.latent4j.workbench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Progress;
import org.latent4j.model.Model;
import org.latent4j.model.PromptMode;
import org.latent4j.model.site.Positions;
import org.latent4j.model.site.Sites;

/**
 * Runs a model over an input and writes its hidden states to safetensors files. The input is read twice, first to check
 * and count, then to run; only a batch of it is in memory. A text's states don't depend on the batch it ran in, so a
 * capture that was interrupted ends in the same bytes as one that wasn't.
 */
final class Capture {
    /**
     * What is to be captured.
     *
     * @param sites which hidden states
     * @param positions of which positions
     * @param positionsAsWritten the same in the user's words
     * @param truncate whether texts longer than the context are cut
     * @param skipEmpty whether empty texts are left out; the others keep their numbers
     * @param steering how states are changed on their way; amounts in typical norms are those of the first text
     * @param shardSize the most bytes of data in a file
     * @param checkpointNanos how much time may pass until it is noted how far the work has come
     * @param command the command line, for the manifest
     */
    record Request(
            TextInput input,
            Sites sites,
            Positions positions,
            String positionsAsWritten,
            PromptMode mode,
            boolean truncate,
            boolean skipEmpty,
            List<SteeringEdit> steering,
            Path out,
            long shardSize,
            long checkpointNanos,
            String command) {}

    /**
     * What was captured.
     *
     * @param ran the tokens that this run computed, which are fewer than {@code tokens} if it went on with an earlier
     * one
     * @param nanos how long that took
     * @param file the file, or the index of several
     * @param shards how many files hold tensors
     * @param bytes of all of them
     * @param steering what interventions did in the texts that this run computed
     */
    record Result(int texts, long tokens, long ran, long nanos, Path file, int shards, long bytes, SteeringTold steering) {}

    private final Model model;
    private final Request request;
    private final PartialCapture partial;
    private final Progress progress;
    private final Consumer<String> notes;

    /**
     * Prepares a capture.
     *
     * @param partial the claimed output
     * @param notes hears what the user should know, a line each
     */
    Capture(Model model, Request request, PartialCapture partial, Progress progress, Consumer<String> notes) {
        this.model = model;
        this.request = request;
        this.partial = partial;
        this.progress = progress;
        this.notes = notes;
    }

    /**
     * Captures, or goes on with what an earlier run of the same capture left.
     *
     * @throws LatentException if the input has a mistake, there is no room, or an earlier capture was a different one
     */
    Result run() {
        PromptTokens tokens = new PromptTokens(
                model, request.mode, request.positions, request.truncate, request.skipEmpty);
        CaptureLayout layout = new CaptureLayout(model.config(), model.resolve(request.sites), request.positions);
        Survey survey = survey(tokens);
        checkMemory(layout, survey);
        ShardPlan plan = ShardPlan.of(layout, survey.lengths(), survey.kept(), request.shardSize);
        BoundSteering steering = steering(tokens);
        Map<String, String> manifest = new CaptureManifest(model, request, survey, steering).entries();
        try {
            beginOrGoOn(manifest, plan);
            CaptureRun run = new CaptureRun(model, request, tokens, layout, survey, plan, steering, partial, progress);
            CaptureRun.Done done = run.run();
            return publish(layout, survey, plan, done, new SteeringTold(steering, done.steering()));
        } catch (IOException e) {
            throw stopped(e);
        }
    }

    private LatentException stopped(IOException e) {
        LatentException trouble = DiskTrouble.writing(request.out, e);
        return partial.done() == 0
                ? trouble
                : new LatentException("%s; when that is mended, the same command goes on after %s texts"
                        .formatted(trouble.getMessage(), Amounts.count(partial.done())), e);
    }

    private Survey survey(PromptTokens tokens) {
        long size = -1;
        if (request.input instanceof TextInput.InFile input) {
            if (Files.exists(input.file()) && !Files.isRegularFile(input.file()) && !Files.isDirectory(input.file())) {
                throw new LatentException(
                        ("%s is not a regular file, and a capture reads its input twice; save it to a file "
                                + "first")
                                .formatted(input.file()));
            }
            size = input.file().toFile().length();
        }
        long total = size;
        Survey survey = Survey.of(request.input, tokens,
                bytes -> progress.report("Checking the texts", bytes, Math.max(total, bytes), Progress.Unit.BYTES));
        noteWhatIsLost(survey);
        return survey;
    }

    /** Binds the interventions; the same at every run, because the input is the same. */
    private BoundSteering steering(PromptTokens tokens) {
        if (request.steering.isEmpty()) {
            return BoundSteering.NONE;
        }
        try (PromptReader reader = request.input.open()) {
            for (Prompt prompt = reader.next(); prompt != null; prompt = reader.next()) {
                int[] ids = tokens.of(prompt).ids();
                if (ids.length > 0) {
                    return BoundSteering.of(request.steering, model, ids);
                }
            }
        }
        return BoundSteering.NONE;
    }

    private void noteWhatIsLost(Survey survey) {
        if (survey.skipped() > 0) {
            notes.accept("%s left out".formatted(texts(survey.skipped(), "empty ")));
        }
        if (!survey.truncated().isEmpty()) {
            int cut = survey.truncated().size();
            String first = (cut == 1 ? "" : "the first: ") + survey.firstCut();
            notes.accept("%s longer than the context and cut to %s tokens (%s)"
                    .formatted(texts(cut, ""), Amounts.count(model.config().context()), first));
        }
        if (survey.kept().dropped()) {
            notes.accept("the texts are too many to lie beside their states; points will be shown by their numbers");
        }
    }

    private static String texts(int count, String kind) {
        return Amounts.count(count) + " " + kind + (count == 1 ? "text is" : "texts are");
    }

    private void checkMemory(CaptureLayout layout, Survey survey) {
        int longest = 0;
        for (int length : survey.lengths()) {
            longest = Math.max(longest, length);
        }
        long needed = Math.multiplyExact(4, layout.values(longest));
        long heap = Runtime.getRuntime().maxMemory();
        if (needed > heap / 2) {
            throw new LatentException(
                    ("%s at these positions take %s for the longest text (%s tokens), and Java has %s; ask "
                            + "for fewer sites at once, or --positions, or shorter texts")
                            .formatted(
                                    request.sites, Amounts.bytes(needed), Amounts.count(longest), Amounts.bytes(heap)));
        }
    }

    private void beginOrGoOn(Map<String, String> manifest, ShardPlan plan) throws IOException {
        if (!partial.resumes()) {
            checkRoom(plan);
            partial.begin(manifest);
            return;
        }
        CaptureManifest.requireSame(request.out, partial.manifest(), manifest);
        notes.accept("going on with the interrupted capture after %s texts".formatted(Amounts.count(partial.done())));
    }

    private void checkRoom(ShardPlan plan) throws IOException {
        long room = Files.getFileStore(partial.folder()).getUsableSpace();
        if (plan.dataBytes() > room) {
            throw new LatentException(
                    ("%s will take %s, and its disk has room for %s; choose fewer sites or positions, or "
                            + "another disk")
                            .formatted(request.out, Amounts.bytes(plan.dataBytes()), Amounts.bytes(room)));
        }
    }

    private Result publish(
            CaptureLayout layout, Survey survey, ShardPlan plan, CaptureRun.Done done, SteeringTold steering) throws IOException {
        Shards shards = new Shards(request.out, plan);
        long bytes = shards.publish(partial, layout, survey);
        partial.remove();
        int count = plan.shards().size();
        Path file = count == 1 ? request.out : shards.index();
        return new Result(survey.texts(), survey.tokens(), done.tokens(), done.nanos(), file, count, bytes, steering);
    }
}

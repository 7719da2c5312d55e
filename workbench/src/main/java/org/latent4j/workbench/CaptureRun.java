package org.latent4j.workbench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Progress;
import org.latent4j.model.Model;
import org.latent4j.model.SteeringReport;
import org.latent4j.model.Trace;

/** The work of a capture: text after text through the model, in batches, into the growing files. */
final class CaptureRun {
    /** Texts run together until they have so many tokens: enough for the products to be fast. */
    private static final int BATCH_TOKENS = 1024;
    /** Or until so many values are recorded: 64 MB. */
    private static final long BATCH_VALUES = 1 << 24;

    /** How many tokens a run computed, in which time, and what interventions did in them. */
    record Done(long tokens, long nanos, List<SteeringReport> steering) {}

    private final Model model;
    private final Capture.Request request;
    private final PromptTokens tokens;
    private final CaptureLayout layout;
    private final Survey survey;
    private final ShardPlan plan;
    private final BoundSteering steering;
    private final SteeringTally tally = new SteeringTally();
    private final PartialCapture partial;
    private final Progress progress;
    private final List<int[]> batch = new ArrayList<>();
    private final List<Integer> numbers = new ArrayList<>();
    private int batchTokens;
    private long batchValues;
    private long tokensDone;
    private long checkpointed = System.nanoTime();
    private int shard;
    private @Nullable ShardFile file;

    CaptureRun(
            Model model,
            Capture.Request request,
            PromptTokens tokens,
            CaptureLayout layout,
            Survey survey,
            ShardPlan plan,
            BoundSteering steering,
            PartialCapture partial,
            Progress progress) {
        this.model = model;
        this.request = request;
        this.tokens = tokens;
        this.layout = layout;
        this.survey = survey;
        this.plan = plan;
        this.steering = steering;
        this.partial = partial;
        this.progress = progress;
    }

    /**
     * Captures all texts that aren't captured yet. If it fails, it can be gone on with.
     *
     * @throws LatentException if the input is no longer what was surveyed
     */
    Done run() throws IOException {
        long start = System.nanoTime();
        int first = partial.done();
        tokensDone = survey.tokens(0, first);
        long before = tokensDone;
        if (first < survey.lengths().length) {
            progress.report("Capturing", tokensDone, survey.tokens(), Progress.Unit.TOKENS);
            try {
                file = openFile(first);
                runFrom(first);
                finishFile();
                partial.checkpoint(survey.lengths().length);
            } finally {
                if (file != null) {
                    file.close();
                }
            }
        }
        return new Done(tokensDone - before, System.nanoTime() - start, tally.reports());
    }

    private void runFrom(int first) throws IOException {
        try (PromptReader reader = request.input().open()) {
            int text = 0;
            for (Prompt prompt = reader.next(); prompt != null; prompt = reader.next()) {
                if (text >= survey.lengths().length) {
                    throw changed();
                }
                if (text >= first && survey.lengths()[text] > 0) {
                    add(text, prompt);
                }
                text++;
            }
            flush();
            if (text != survey.lengths().length || !reader.sha256().equals(survey.sha256())) {
                throw changed();
            }
        }
    }

    private void add(int text, Prompt prompt) throws IOException {
        int[] ids = tokens.of(prompt).ids();
        if (ids.length != survey.lengths()[text]) {
            throw changed();
        }
        long values = layout.values(ids.length);
        if (batchTokens + ids.length > BATCH_TOKENS || batchValues + values > BATCH_VALUES) {
            flush();
        }
        batch.add(ids);
        numbers.add(text);
        batchTokens += ids.length;
        batchValues += values;
    }

    private void flush() throws IOException {
        if (batch.isEmpty()) {
            return;
        }
        Model.SteeredTraces run = model.traces(batch, request.sites(), request.positions(), steering.steering());
        for (int i = 0; i < batch.size(); i++) {
            write(numbers.get(i), run.traces().get(i));
            tally.add(run.reports().get(i));
        }
        tokensDone += batchTokens;
        progress.report("Capturing", tokensDone, survey.tokens(), Progress.Unit.TOKENS);
        if (System.nanoTime() - checkpointed >= request.checkpointNanos()) {
            checkpoint(numbers.getLast() + 1);
        }
        batch.clear();
        numbers.clear();
        batchTokens = 0;
        batchValues = 0;
    }

    private void write(int text, Trace trace) throws IOException {
        if (text >= plan.shards().get(shard).to()) {
            finishFile();
            file = openFile(text);
        }
        open().write(text, trace);
    }

    private void checkpoint(int texts) throws IOException {
        open().force();
        partial.checkpoint(texts);
        checkpointed = System.nanoTime();
    }

    /** Opens the file that a text belongs to, behind the texts before it. */
    private ShardFile openFile(int text) throws IOException {
        shard = plan.shardOf(text);
        ShardPlan.Shard texts = plan.shards().get(shard);
        long before = 0;
        for (int earlier = texts.from(); earlier < text; earlier++) {
            before += survey.lengths()[earlier] == 0 ? 0 : layout.bytes(survey.lengths()[earlier]);
        }
        byte[] header = ShardFile.header(texts, layout, survey, partial.manifest());
        return before == 0
                ? ShardFile.begin(partial.growing(shard), header, layout)
                : ShardFile.resume(partial.growing(shard), header, before, layout);
    }

    private void finishFile() throws IOException {
        ShardFile whole = open();
        whole.force();
        whole.close();
        file = null;
        if (whole.data() != plan.shards().get(shard).dataBytes()) {
            throw new IllegalStateException("shard %d has %d bytes of data, not the %d that were planned"
                    .formatted(shard + 1, whole.data(), plan.shards().get(shard).dataBytes()));
        }
    }

    private ShardFile open() {
        if (file == null) {
            throw new IllegalStateException("no file is open");
        }
        return file;
    }

    // States of two versions of a text must not end up in one file, so nothing is kept.
    private LatentException changed() throws IOException {
        partial.clear();
        return new LatentException(
                "%s changed while it was captured; run the command again".formatted(request.input().label()));
    }
}

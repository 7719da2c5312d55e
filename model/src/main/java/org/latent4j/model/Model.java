package org.latent4j.model;

import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.latent4j.kernel.Fingerprint;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.Operations;
import org.latent4j.kernel.Packing;
import org.latent4j.kernel.Precision;
import org.latent4j.kernel.WorkerPool;
import org.latent4j.model.format.Checkpoint;
import org.latent4j.model.format.TokenizerFiles;
import org.latent4j.model.site.Positions;
import org.latent4j.model.site.Site;
import org.latent4j.model.site.Sites;
import org.latent4j.model.store.ModelStore;
import org.latent4j.model.store.ModelStore.Located;
import org.latent4j.model.tokenizer.ChatTemplate;
import org.latent4j.model.tokenizer.ChatTemplate.Message;
import org.latent4j.model.tokenizer.Tokenizer;
import org.latent4j.model.transformer.Batch;
import org.latent4j.model.transformer.Cache;
import org.latent4j.model.transformer.ModelConfig;
import org.latent4j.model.transformer.SiteVisitor;
import org.latent4j.model.transformer.Transformer;
import org.latent4j.model.transformer.TransformerWeights;

/**
 * An open language model: text to tokens, tokens to hidden states.
 *
 * <p>A text's states are the same bits alone and in any batch, on any number of threads. Safe for use from several
 * threads: they take turns at passes (a batch, or one step of a generation), first come, first served; each pass uses all threads
 * of the pool. The weights stay packed in the mapped file; {@link #close} releases them.
 */
public final class Model implements AutoCloseable {
    /** Longer texts run in pieces of so many tokens, shorter ones together up to so many. */
    static final int PIECE = 1024;

    private final Located located;
    private final Checkpoint checkpoint;
    private final Models.Options options;
    private final WorkerPool pool;
    private final Operations operations;
    private final ModelConfig config;
    private final TransformerWeights weights;
    private final Transformer transformer;
    private final ReentrantLock turns = new ReentrantLock(true);
    private boolean closed; // guarded by turns
    private @Nullable Tokenizer tokenizer;
    private @Nullable Optional<ChatTemplate> chatTemplate; // null until asked for
    private @Nullable String sha256;

    private final @Nullable Model origin; // whose files and tokenizer it shares; those stay open

    Model(Located located, Checkpoint checkpoint, Models.Options options) {
        this.located = located;
        this.checkpoint = checkpoint;
        this.options = options;
        this.pool = options.pool() != null ? options.pool() : new WorkerPool(options.threads());
        this.operations = new Operations(pool);
        this.config = checkpoint.config();
        this.weights = checkpoint.weights();
        this.transformer = new Transformer(config, weights, operations);
        this.origin = null;
    }

    private Model(Model origin, ModelConfig config, TransformerWeights weights) {
        this.located = origin.located;
        this.checkpoint = origin.checkpoint;
        this.options = origin.options.withPool(origin.pool);
        this.pool = origin.pool;
        this.operations = origin.operations;
        this.config = config;
        this.weights = weights;
        this.transformer = new Transformer(config, weights, operations);
        this.origin = origin;
    }

    /**
     * A model of the same architecture and tokenizer whose weights are random, as before training: what it knows, the architecture
     * knows. Uses the files of this one, which has to stay open as long; takes two bytes a weight. What is computed with it
     * must not be kept under its fingerprint.
     *
     * @param seed the same seed gives the same weights
     */
    public Model withRandomWeights(long seed) {
        return new Model(this, config, new RandomWeights(seed).like(weights));
    }

    /**
     * Its blocks from one on, as a model of its own: block {@code first} is block 0 there, and what stands before it is the embedding.
     * Where states are known there already, {@link Steering#replace} at {@code embed} puts them in, and nothing below is run; what comes
     * of it is, bit for bit, what the whole model makes of them. Uses the files of this one, which has to stay open as long. What
     * is computed with it must not be kept under its fingerprint.
     *
     * @param first from 0 to less than the number of blocks
     * @throws LatentException if there is no such block
     */
    public Model from(int first) {
        if (first < 0 || first >= config.layers()) {
            throw new LatentException("there is no block %d: model '%s' has blocks 0 to %d".formatted(first, name(), config.layers() - 1));
        }
        return new Model(this, UpperBlocks.of(config, first), UpperBlocks.of(weights, first));
    }

    Checkpoint checkpoint() {
        return checkpoint;
    }

    Operations operations() {
        return operations;
    }

    /** The name it was opened by. */
    public String name() {
        return located.name();
    }

    /** Where it came from, in a few words. */
    public String origin() {
        return located.origin();
    }

    /** Under which licence it is given, if known. */
    public Optional<String> licence() {
        return located.licence().or(() -> checkpoint.description().licence());
    }

    /** Its shape. */
    public ModelConfig config() {
        return config;
    }

    /** Its files: format, quantisation, size. */
    public Checkpoint.Description description() {
        return checkpoint.description();
    }

    /** How many threads compute. */
    public int threads() {
        return pool.threads();
    }

    /** What computes: {@code Vector API, 512 bits}, or that there are no vectors. */
    public String kernels() {
        return operations.kernels();
    }

    /**
     * Its tokenizer, opened at first use.
     *
     * @throws LatentException if it has none, or one that isn't supported
     */
    public synchronized Tokenizer tokenizer() {
        if (origin != null) {
            return origin.tokenizer();
        }
        if (tokenizer == null) {
            tokenizer = checkpoint.reading(() -> Tokenizer.open(checkpoint.tokenizer()));
        }
        return tokenizer;
    }

    /** Its chat template, if it has one; read at first use. */
    public synchronized Optional<ChatTemplate> chatTemplate() {
        if (chatTemplate == null) {
            chatTemplate = checkpoint.reading(() -> ChatTemplate.of(checkpoint.tokenizer()));
        }
        return chatTemplate;
    }

    /**
     * A text's tokens.
     *
     * @throws LatentException if the text isn't valid Unicode, or the mode is chat and the model has no template
     */
    public int[] tokens(String text, PromptMode mode) {
        return switch (mode) {
            case RAW -> tokenizer().encode(text);
            case SPECIAL -> tokenizer().encodeWithSpecial(text);
            case CHAT -> chatTokens(List.of(new Message("user", text)));
        };
    }

    /** The tokens of a conversation, rendered by the chat template, up to where the assistant would go on. */
    public int[] chatTokens(List<Message> messages) {
        ChatTemplate template = chatTemplate()
                .orElseThrow(() -> new LatentException(
                        "model '%s' has no chat template; leave out --chat to give it the text as it is".formatted(name())));
        return tokenizer().encode(template.render(messages, true));
    }

    /** Runs a text, raw, and records the sites at all positions. */
    public Trace trace(String text, Sites sites) {
        return trace(tokens(text, PromptMode.RAW), sites);
    }

    /** Runs token ids and records the sites at all positions. */
    public Trace trace(int[] ids, Sites sites) {
        return traces(List.of(ids), sites, Positions.ALL).getFirst();
    }

    /** Runs token ids with interventions and records the sites, as they are after those, at all positions. */
    public Trace trace(int[] ids, Sites sites, Steering steering) {
        return traces(List.of(ids), sites, Positions.ALL, steering).traces().getFirst();
    }

    /**
     * Runs sequences packed end to end and records the sites. Blocks above the highest site aren't computed; the head is,
     * if {@code logits} are asked for, at the positions kept. Long texts run in pieces: memory grows with what is recorded and
     * the keys and values of one text.
     *
     * @param sequences token ids, none empty, none longer than the model's context
     * @param sites which states
     * @param positions of which positions
     * @return a trace for each sequence
     * @throws LatentException if a site doesn't exist, an id or a position is out of range, or a sequence is empty or too long
     */
    public List<Trace> traces(List<int[]> sequences, Sites sites, Positions positions) {
        return traces(sequences, sites, positions, Steering.NONE).traces();
    }

    /**
     * What steered runs recorded.
     *
     * @param traces one for each sequence, the states as they are after the interventions
     * @param reports what the interventions did in each sequence, as far as their sites were reached
     */
    public record SteeredTraces(List<Trace> traces, List<List<SteeringReport>> reports) {}

    /** The same with interventions, in every sequence the same. */
    public SteeredTraces traces(List<int[]> sequences, Sites sites, Positions positions, Steering steering) {
        return traces(sequences, sites, positions, Collections.nCopies(sequences.size(), steering));
    }

    /**
     * The same with interventions of its own for each sequence.
     *
     * @param steerings as many as there are sequences
     */
    public SteeredTraces traces(List<int[]> sequences, Sites sites, Positions positions, List<Steering> steerings) {
        requireSame(sequences.size(), steerings.size());
        return new Tracer(this, sites, positions).run(sequences, steerings);
    }

    private static void requireSame(int sequences, int steerings) {
        if (sequences != steerings) {
            throw new LatentException("there are %d sequences and %d steerings: give one for each".formatted(sequences, steerings));
        }
    }

    /** Goes on with a text's tokens. */
    public Continuation generate(int[] prompt, Generation request) {
        return generate(List.of(prompt), request, Generation.Listener.NONE).getFirst().getFirst();
    }

    /** Goes on with a text, raw, with the most probable tokens. */
    public Continuation generate(String prompt, int maxTokens, Steering steering) {
        return generate(tokens(prompt, PromptMode.RAW), Generation.greedy(maxTokens).with(steering));
    }

    /**
     * Goes on with prompts; all samples of all prompts decode together. A continuation is the same alone and with others, on
     * any number of threads, also in what random numbers it draws.
     *
     * @param prompts token ids, none empty, none longer than the context
     * @param listener hears text as it comes, from the calling thread
     * @return for each prompt its samples
     * @throws LatentException if a prompt or the request doesn't fit the model
     */
    public List<List<Continuation>> generate(List<int[]> prompts, Generation request, Generation.Listener listener) {
        return generate(prompts, request, Collections.nCopies(prompts.size(), request.steering()), listener);
    }

    /**
     * The same with interventions of its own for each prompt and what follows it, instead of the request's.
     *
     * @param steerings as many as there are prompts
     */
    public List<List<Continuation>> generate(
            List<int[]> prompts, Generation request, List<Steering> steerings, Generation.Listener listener) {
        return generate(prompts, request, steerings, java.util.stream.IntStream.range(0, prompts.size()).toArray(), listener);
    }

    /**
     * The same with random numbers of their own choice: continuations of prompts with the same stream draw the same ones, so that
     * they differ by what is done to them alone.
     *
     * @param streams as many as there are prompts; otherwise a prompt's place in the list is its stream
     */
    public List<List<Continuation>> generate(
            List<int[]> prompts, Generation request, List<Steering> steerings, int[] streams, Generation.Listener listener) {
        requireSame(prompts.size(), steerings.size());
        requireSame(prompts.size(), streams.length);
        return new Generator(this, request, listener).run(prompts, steerings, streams);
    }

    /** A text that goes on turn by turn, and keeps what it has computed. */
    public Session session() {
        return new Session(this);
    }

    boolean hasTokenizer() {
        try {
            return tokenizer().size() > 0;
        } catch (LatentException _) {
            return false;
        }
    }

    /** An empty cache for a text of about so many tokens, in 16-bit floats if {@code half}. */
    Cache cache(int expected, boolean half) {
        return Cache.of(config(), operations, expected, half);
    }

    /** Runs a batch, each of its sequences with its own interventions. */
    void run(Batch batch, SiteVisitor visitor, List<Steered> steered) {
        boolean plain = steered.stream().allMatch(Steered::isEmpty);
        inTurn(() -> transformer.run(batch, plain ? visitor : new SteeredVisitor(visitor, batch, steered)));
    }

    /** Whoever comes first computes first. */
    private void inTurn(Runnable work) {
        turns.lock();
        try {
            if (closed) {
                throw new IllegalStateException("model '%s' is closed".formatted(name()));
            }
            checkpoint.reading(() -> {
                work.run();
                return true;
            });
        } finally {
            turns.unlock();
        }
    }

    /** The sites of this model that a choice names, see {@link Sites#resolve}. */
    public List<Site> resolve(Sites sites) {
        boolean finalNorm = weights.finalNorm() != null;
        return sites.resolve(new Sites.Extent(config().layers(), config().heads(), config().parallel(), finalNorm, hasHead()));
    }

    /** Whether there is a norm behind the last block, which is where the last states are read then. */
    public boolean hasFinalNorm() {
        return weights.finalNorm() != null;
    }

    /** The folder of its files, if it is one in Hugging Face's layout. */
    public Optional<Path> folder() {
        return checkpoint.tokenizer() instanceof TokenizerFiles.Folder(Path folder) ? Optional.of(folder) : Optional.empty();
    }

    /** How a GGUF says that an encoder's states become one vector: {@code mean}, {@code cls}, {@code last}; empty where it doesn't. */
    public Optional<String> pooling() {
        return checkpoint.pooling();
    }

    /** Whether there is an output head; encoders have none. */
    public boolean hasHead() {
        return weights.head() != null;
    }

    /**
     * Makes sure that it can go on with texts.
     *
     * @throws LatentException if it is an encoder
     */
    public void requireGenerates() {
        if (!hasHead() || !config().attention().causal()) {
            throw new LatentException("model '%s' is an encoder: it can't go on with a text".formatted(name()));
        }
    }

    /** Makes sure that a precision makes a difference. */
    void requireRounds(Precision precision) {
        if (precision == Precision.F32) {
            return;
        }
        boolean rounds = weights.blocks().stream()
                .flatMap(block -> block.linears().stream())
                .anyMatch(linear -> precision.rounds(linear.weight().packing()));
        if (!rounds) {
            throw new LatentException(
                    "precision %s would change nothing: the weights of model '%s' are %s, and it rounds for %s; leave it out, or take a packed version of the model"
                            .formatted(precision, name(), description().quantisation(),
                                    Stream.of(Packing.values()).filter(precision::rounds).map(Packing::name)
                                            .collect(Collectors.joining(", "))));
        }
    }

    /**
     * What {@link Precision#INT8} changes in what this model says of a text, see {@link RoundingError}. Runs up to 64 tokens of it.
     *
     * @param ids the text's tokens
     * @throws LatentException if the tokens don't fit the model, or rounding would change nothing
     */
    public RoundingError roundingError(int[] ids) {
        requireGenerates();
        requireRounds(Precision.INT8);
        check(ids);
        return RoundingError.of(this, ids);
    }

    void check(int[] ids) {
        if (ids.length == 0) {
            throw new LatentException("the text is empty: there is no token whose states could be read");
        }
        if (ids.length > config().context()) {
            throw new LatentException(
                    "the text has %d tokens, model '%s' was made for %d; shorten it (capture and read cut it with --truncate)"
                            .formatted(ids.length, name(), config().context()));
        }
        int tokens = weights.tokens().rows();
        for (int id : ids) {
            if (id < 0 || id >= tokens) {
                throw new LatentException("token id %d is out of range, model '%s' has ids 0 to %d".formatted(id, name(), tokens - 1));
            }
        }
    }

    /**
     * What the output head would say of states of the residual stream (the lens): the final norm, then the head.
     *
     * @param states {@code [rows, width]}
     * @return logits {@code [rows, vocabulary]}
     * @throws LatentException if the model has no head
     */
    public Matrix read(Matrix states) {
        Matrix logits = Matrix.zeros(states.rows(), config().vocabulary());
        read(states, logits);
        return logits;
    }

    /** The same into a matrix that is there already, {@code [rows, vocabulary]}. */
    public void read(Matrix states, Matrix logits) {
        if (!hasHead()) {
            throw new LatentException(
                    "model '%s' is an encoder: it has no output head that its states could be read through".formatted(name()));
        }
        inTurn(() -> transformer.read(states, logits));
    }

    /**
     * Turns logits into probabilities, row by row, in place: softmax over the vocabulary.
     *
     * @return how undecided each row is: its entropy in nats, {@code [rows]}
     */
    public float[] toProbabilities(Matrix logits) {
        float[][] entropies = new float[1][];
        inTurn(() -> entropies[0] = operations.softmax(logits));
        return entropies[0];
    }

    /** What states of this model belong to. The first call reads the whole model to hash it, unless that was done before. */
    public synchronized Fingerprint fingerprint(PromptMode mode) {
        if (sha256 == null) {
            sha256 = ModelStore.standard(System.getenv(), options.offline()).hashes().sha256(checkpoint.files(), options.progress());
        }
        return new Fingerprint(sha256, tokenizerHash(), mode.label());
    }

    private String tokenizerHash() {
        try {
            return tokenizer().sha256();
        } catch (LatentException _) {
            return "none";
        }
    }

    /** Releases the weights and ends the threads, if they are its own; waits for a pass that is under way. Traces stay valid. */
    @Override
    public void close() {
        turns.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            if (options.pool() == null) {
                pool.close();
            }
        } finally {
            turns.unlock();
        }
        if (origin != null) {
            return; // files and tokenizer are another's
        }
        synchronized (this) {
            if (tokenizer != null) {
                tokenizer.close();
            }
        }
        checkpoint.close();
    }
}

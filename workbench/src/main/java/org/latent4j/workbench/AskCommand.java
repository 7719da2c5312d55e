package org.latent4j.workbench;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Precision;
import org.latent4j.kernel.WorkerPool;
import org.latent4j.model.Continuation;
import org.latent4j.model.Generation;
import org.latent4j.model.Model;
import org.latent4j.model.Models;
import org.latent4j.model.Sampling;
import org.latent4j.model.Steering;
import org.latent4j.model.encoder.Encoder;
import org.latent4j.space.Metric;
import org.latent4j.space.Space;
import org.latent4j.space.arithmetic.Reranking;
import org.latent4j.space.arithmetic.Similarities.Ranked;
import org.latent4j.store.search.Hit;
import org.latent4j.store.search.SpaceSearch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code latent ask}: a question answered from a space's texts, and without them. */
@Command(name = "ask", header = "Answer a question from the texts of a space, with sources; beside it the answer without them.", description = {
    "",
    "Finds texts by nearness and keywords, chooses ones that differ from each other, and gives them to a language model with the question. "
            + "A small model makes mistakes: read the sources, and the answer that it gives without them.",
    ""
}, footer = {
    "",
    "  latent ask packages.space \"Which program plots data?\"",
    "  latent ask packages.space \"Which program plots data?\" --where \"section = science\" -k 6 --show-prompt"
})
final class AskCommand implements Callable<Integer> {
    /** So many times the sources are looked through for ones that differ. */
    private static final int POOL = 8;

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private SpaceArgument argument = new SpaceArgument();

    @Parameters(paramLabel = "[SPACE] QUESTION", arity = "1..2", description = "The space, unless -s names it, and what to ask.")
    private List<String> arguments = new ArrayList<>();

    @Option(names = {"-m",
        "--model"}, paramLabel = "MODEL", defaultValue = Models.DEFAULT, description = "The language model that answers (default: ${DEFAULT-VALUE}).")
    private String model = Models.DEFAULT;

    @Option(names = "-k", paramLabel = "K", defaultValue = "4", description = "How many sources (default: ${DEFAULT-VALUE}).")
    private int k = 4;

    @Option(names = "--diverse", paramLabel = "SHARE", defaultValue = "0.7", description = "How sources are chosen: 1 by relevance alone, 0.5 as much by difference (default: ${DEFAULT-VALUE}).")
    private double diverse = 0.7;

    @Option(names = "--max-tokens", paramLabel = "N", defaultValue = "128", description = "The most tokens of an answer (default: ${DEFAULT-VALUE}).")
    private int maxTokens = 128;

    @Option(names = "--temperature", paramLabel = "X", defaultValue = "0", description = "0 takes the most probable token (default: ${DEFAULT-VALUE}).")
    private double temperature;

    @Option(names = "--show-prompt", description = "Show what the model is given.")
    private boolean showPrompt;

    @Option(names = "--only-sources", description = "Leave out the answer without sources.")
    private boolean onlySources;

    @Mixin
    private SearchOptions searching = new SearchOptions();

    @Mixin
    private CommonSpaceOptions common = new CommonSpaceOptions();

    @Override
    public Integer call() {
        if (k < 1) {
            throw new LatentException("-k %d: at least 1 source is needed".formatted(k));
        }
        if (arguments.size() != (argument.isNamed() ? 1 : 2)) {
            throw new LatentException("give a space and a question: latent ask packages.space \"Which program plots data?\"");
        }
        String question = ArgumentText.intact(arguments.getLast());
        if (question.isBlank()) {
            throw new LatentException("the question is empty");
        }
        Space space = SpaceArgument.required(argument, argument.isNamed() ? null : arguments.getFirst());
        Generation request = new Generation(maxTokens, new Sampling(temperature, 0, 1, 0, 1, common.seed()), 1, List.of(), false,
                Steering.NONE, false, Precision.F32, () -> false);
        List<AskPrompt.Source> found = sources(space, question);
        try (Model opened = open()) {
            opened.requireGenerates();
            AskPrompt prompt = AskPrompt.fitting(opened, question, found, maxTokens);
            if (prompt.sources().size() < found.size()) {
                note("only %d of %d sources fit the model's context of %d tokens".formatted(prompt.sources().size(), found.size(),
                        opened.config().context()));
            }
            answer(opened, request, prompt);
        }
        return 0;
    }

    private Model open() {
        Models.Options options = Models.Options.standard().withOffline(argument.offline()).withProgress(common.progress())
                .withNotices(this::note);
        return Models.open(model, common.threads().map(options::withThreads).orElse(options));
    }

    /** The texts to answer from: those that are found by nearness and keywords, chosen so that they differ. */
    private List<AskPrompt.Source> sources(Space space, String question) {
        float[] vector;
        try (Encoder encoder = SpaceQueries.encoder(space)) {
            vector = encoder.forQueries().encode(question);
        }
        try (WorkerPool pool = common.pool();
                SpaceSearch search = searching.search(space, Metric.COSINE, pool, common.progress(), this::note)) {
            search.told().ifPresent(this::note);
            List<Hit> hits = search.hybrid(question, vector, (int) Math.min(space.size(), (long) POOL * k));
            if (hits.isEmpty()) {
                throw new LatentException("%s has no point to answer from%s".formatted(space.origin().source(),
                        searching.isAsked() ? " that satisfies --where" : ""));
            }
            double best = hits.getFirst().score(); // so that relevance is on a cosine's scale
            List<Ranked> relevant = hits.stream().map(hit -> new Ranked(hit.point(), hit.score() / best)).toList();
            List<AskPrompt.Source> sources = new ArrayList<>();
            for (Ranked chosen : Reranking.diverse(relevant, space.vectors(), diverse, k)) {
                sources.add(AskPrompt.Source.of(space, chosen.point(), vector));
            }
            return sources;
        }
    }

    private void answer(Model opened, Generation request, AskPrompt prompt) {
        PrintWriter out = out();
        if (common.json()) {
            Continuation with = generate(opened, request, prompt.ids(), Generation.Listener.NONE);
            Optional<Continuation> without = onlySources
                    ? Optional.empty()
                    : Optional.of(generate(opened, request, prompt.idsWithout(), Generation.Listener.NONE));
            SpaceJson.print(out, json -> write(json, opened, prompt, with, without));
            return;
        }
        if (showPrompt) {
            out.println(prompt.written(opened));
            out.println();
        }
        Generation.Listener listener = (_, _, text) -> {
            out.print(text);
            out.flush();
        };
        told(out, generate(opened, request, prompt.ids(), listener));
        out.println();
        out.println("Sources:");
        int number = 0;
        for (AskPrompt.Source source : prompt.sources()) {
            out.println("  [%d] %s  %s: %s".formatted(++number, SpaceTable.number(source.similarity()), PlainLine.of(source.name()),
                    PlainLine.of(source.text().replace('\n', ' ').replace('\t', ' '))));
        }
        if (!onlySources) {
            out.println();
            out.println("Without sources:");
            out.flush();
            told(out, generate(opened, request, prompt.idsWithout(), listener));
        }
        out.flush();
    }

    private static void told(PrintWriter out, Continuation answer) {
        out.println(answer.stop().equals("max-tokens") ? " …" : "");
    }

    private static Continuation generate(Model opened, Generation request, int[] ids, Generation.Listener listener) {
        return opened.generate(List.of(ids), request, listener).getFirst().getFirst();
    }

    private void write(JsonGenerator json, Model opened, AskPrompt prompt, Continuation with, Optional<Continuation> without)
            throws IOException {
        json.writeStartObject();
        json.writeStringField("question", prompt.question());
        json.writeStringField("answer", with.text());
        json.writeStringField("stop", with.stop());
        json.writeArrayFieldStart("sources");
        int number = 0;
        for (AskPrompt.Source source : prompt.sources()) {
            json.writeStartObject();
            json.writeNumberField("number", ++number);
            json.writeNumberField("index", source.point());
            json.writeStringField("name", source.name());
            json.writeNumberField("similarity", (float) source.similarity());
            json.writeBooleanField("cited", with.text().contains("[" + number + "]"));
            json.writeStringField("text", source.text());
            json.writeEndObject();
        }
        json.writeEndArray();
        if (without.isPresent()) {
            json.writeObjectFieldStart("without_sources");
            json.writeStringField("answer", without.get().text());
            json.writeStringField("stop", without.get().stop());
            json.writeEndObject();
        }
        json.writeStringField("model", opened.name());
        if (showPrompt) {
            json.writeStringField("prompt", prompt.written(opened));
        }
        json.writeEndObject();
    }

    private PrintWriter out() {
        return Objects.requireNonNull(spec).commandLine().getOut();
    }

    private void note(String line) {
        PrintWriter err = Objects.requireNonNull(spec).commandLine().getErr();
        err.println("latent: " + line);
        err.flush();
    }
}

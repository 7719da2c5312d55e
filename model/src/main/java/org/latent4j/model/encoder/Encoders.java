package org.latent4j.model.encoder;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.latent4j.kernel.Fingerprint;
import org.latent4j.kernel.LatentException;
import org.latent4j.model.Model;
import org.latent4j.model.Models;
import org.latent4j.model.site.Site;
import org.latent4j.model.site.Sites;
import org.latent4j.model.store.ModelStore.Located;

/** Opens encoders: sentence-transformers' folders, GGUFs, Model2Vec's tables, and any other model by its hidden states. */
public final class Encoders {
    /** The sentence encoder that is used where none is named. */
    public static final String DEFAULT = "minilm";

    private static final String ASKED_DIMS = "asked_dims";
    private static final String ASKED_NORMALISE = "asked_normalise";
    private static final String ASKED_POOLING = "asked_pooling";
    private static final String ASKED_SITE = "asked_site";
    private static final List<String> QUERY_PROMPTS = List.of("query", "s2p_query", "search_query");
    private static final List<String> DOCUMENT_PROMPTS = List.of("document", "passage", "corpus", "search_document");

    private Encoders() {}

    /**
     * How an encoder is opened; what is empty is as the encoder's files say.
     *
     * @param model how its model is opened
     * @param promptName a prompt by its name, which is set before texts
     * @param prompt a prompt as it is
     * @param dims how many dimensions are kept (Kusupati et al. 2022)
     * @param normalise whether vectors get length one
     * @param pooling how positions become a vector
     * @param site where states are read
     */
    public record Options(
            Models.Options model,
            Optional<String> promptName,
            Optional<String> prompt,
            OptionalInt dims,
            Optional<Boolean> normalise,
            Optional<Pooling> pooling,
            Optional<String> site) {
        /** Everything as the encoder's files say. */
        public static Options standard() {
            return of(Models.Options.standard());
        }

        /** The same with a model that is opened otherwise. */
        public static Options of(Models.Options model) {
            return new Options(
                    model, Optional.empty(), Optional.empty(), OptionalInt.empty(), Optional.empty(), Optional.empty(), Optional.empty());
        }

        /** The same with a prompt of the encoder's. */
        public Options withPromptName(String name) {
            return new Options(model, Optional.of(name), prompt, dims, normalise, pooling, site);
        }

        /** The same with a prompt of one's own. */
        public Options withPrompt(String text) {
            return new Options(model, promptName, Optional.of(text), dims, normalise, pooling, site);
        }

        /** The same with so many dimensions. */
        public Options withDims(int number) {
            return new Options(model, promptName, prompt, OptionalInt.of(number), normalise, pooling, site);
        }

        /** The same with vectors of length one, or as they come. */
        public Options withNormalise(boolean whether) {
            return new Options(model, promptName, prompt, dims, Optional.of(whether), pooling, site);
        }

        /** The same with another pooling. */
        public Options withPooling(Pooling other) {
            return new Options(model, promptName, prompt, dims, normalise, Optional.of(other), site);
        }

        /** The same with states of another site. */
        public Options withSite(String other) {
            return new Options(model, promptName, prompt, dims, normalise, pooling, Optional.of(other));
        }

        /** What is asked for beside a prompt, as text by name: the manifest of vectors keeps it, {@link #asMade} reads it. */
        Map<String, String> asked() {
            Map<String, String> asked = new LinkedHashMap<>();
            dims.ifPresent(number -> asked.put(ASKED_DIMS, Integer.toString(number)));
            normalise.ifPresent(whether -> asked.put(ASKED_NORMALISE, Boolean.toString(whether)));
            pooling.ifPresent(how -> asked.put(ASKED_POOLING, how.label()));
            site.ifPresent(name -> asked.put(ASKED_SITE, name));
            return asked;
        }

        /**
         * The same, with what was asked for when vectors were made.
         *
         * @param manifest theirs
         * @throws LatentException if it says what no option can be
         */
        public Options asMade(Map<String, String> manifest) {
            Options made = this;
            String dimensions = manifest.getOrDefault(ASKED_DIMS, "");
            if (!dimensions.isEmpty()) {
                if (!dimensions.matches("[0-9]{1,9}")) {
                    throw new LatentException("the manifest says '%s' is '%s', a number of dimensions is needed".formatted(ASKED_DIMS,
                            dimensions));
                }
                made = made.withDims(Integer.parseInt(dimensions));
            }
            if (manifest.containsKey(ASKED_NORMALISE)) {
                made = made.withNormalise(Boolean.parseBoolean(manifest.get(ASKED_NORMALISE)));
            }
            if (manifest.containsKey(ASKED_POOLING)) {
                made = made.withPooling(Pooling.of(manifest.get(ASKED_POOLING)));
            }
            return manifest.containsKey(ASKED_SITE) ? made.withSite(manifest.get(ASKED_SITE)) : made;
        }
    }

    /** Opens an encoder as its files say. */
    public static Encoder open(String name) {
        return open(name, Options.standard());
    }

    /**
     * Opens an encoder.
     *
     * @param name of the catalogue ({@code minilm}), a known one ({@code e5-small-v2}, {@code bge-small-en-v1.5}, {@code gte-small},
     *     {@code mpnet}), a folder, a {@code .gguf}, or {@code org/name}
     * @throws LatentException if it can't be found or opened, or an option doesn't fit it
     */
    public static Encoder open(String name, Options options) {
        States states = states(name, options);
        try {
            return open(name, states, options);
        } catch (RuntimeException | Error e) {
            states.close();
            throw e;
        }
    }

    private static States states(String name, Options options) {
        Optional<TableFolder> named = path(name).flatMap(TableFolder::of);
        Located located = named.isPresent()
                ? new Located(Path.of(name), name, "file", Optional.empty(), false)
                : Models.locate(opened(name), options.model());
        Optional<TableFolder> table = named.or(() -> TableFolder.of(located.path()));
        if (table.isPresent()) {
            if (options.site().filter(site -> !site.equals("embed")).isPresent()) {
                throw new LatentException("'%s' is a table of token vectors and has no site %s; leave --site out".formatted(name,
                        options.site().get()));
            }
            return table.get().open(located, options.model());
        }
        Model model = Models.open(located, options.model());
        try {
            return ModelStates.of(model, site(model, options));
        } catch (RuntimeException | Error e) {
            model.close();
            throw e;
        }
    }

    private static Optional<Path> path(String name) {
        try {
            return Optional.of(Path.of(name));
        } catch (InvalidPathException _) {
            return Optional.empty(); // a name and no path
        }
    }

    /** A path as it is good from every folder; another name as it is. */
    private static String lasting(String name) {
        return path(name).filter(Files::exists).map(path -> path.toAbsolutePath().normalize().toString()).orElse(name);
    }

    /** A short name's hub name; where modules.json puts the transformer into a folder of its own, that folder. */
    private static String opened(String name) {
        Optional<Path> there = path(name).filter(Files::exists);
        if (there.isEmpty()) {
            return KnownEncoders.opened(name);
        }
        SmallFiles files = new SmallFiles(there.get());
        return Files.isDirectory(there.get()) && RecipeReader.isThere(files) ? RecipeReader.first(files).folder().toString() : name;
    }

    /**
     * Opens the encoder that made vectors of this fingerprint, for queries against them.
     *
     * @param name what the vectors say it is called
     * @param made the fingerprint of the vectors
     * @param width theirs, where only the first dimensions were kept
     * @throws LatentException if it can't be opened, or makes vectors of another model, site, pooling or prompt mode; the message names both
     */
    public static Encoder forQueries(String name, Fingerprint made, int width, Models.Options models) {
        return thatMade(name, made, width, Options.of(models)).forQueries();
    }

    /**
     * Opens the encoder that made vectors of this fingerprint, for more of them.
     *
     * @param asked what was asked for when they were made ({@link Options#asMade}); its prompt is that of the fingerprint
     * @param width theirs, where only the first dimensions were kept
     * @throws LatentException as {@link #forQueries}
     */
    public static Encoder thatMade(String name, Fingerprint made, int width, Options asked) {
        Options options = asked.withPrompt(Encoder.promptOf(made));
        Encoder encoder = open(name, options);
        try {
            Fingerprint here = encoder.fingerprint();
            if (!here.equals(made) && here.model().equals(made.model()) && pooling(made).isPresent()) {
                encoder.close(); // a manifest that doesn't say what was asked for
                Options pooled = options.withPooling(pooling(made).get());
                encoder = open(name, here.site().equals(made.site()) ? pooled : made.site().map(pooled::withSite).orElse(pooled));
            }
            encoder.requireMade(made, name);
            if (width > encoder.width()) {
                throw new LatentException("encoder '%s' makes vectors of %d dimensions, those of the space have %d"
                        .formatted(name, encoder.width(), width));
            }
            return width < encoder.width() ? encoder.withDims(width) : encoder;
        } catch (RuntimeException | Error e) {
            encoder.close();
            throw e;
        }
    }

    /** The pooling that a fingerprint names, where it is one and nothing is behind it. */
    private static Optional<Pooling> pooling(Fingerprint made) {
        return made.pooling().flatMap(named -> Stream.of(Pooling.values()).filter(pooling -> pooling.label().equals(named)).findFirst());
    }

    private static Encoder open(String name, States states, Options options) {
        Recipe recipe = prompted(name, told(name, states, options), options.model().notices());
        if (options.pooling().isPresent()) {
            recipe = recipe.with(options.pooling().get());
        }
        if (options.normalise().isPresent()) {
            recipe = recipe.withSteps(normalised(recipe.steps(), options.normalise().get()));
        }
        if (options.dims().isPresent()) {
            int wanted = options.dims().getAsInt();
            int width = recipe.withDims(OptionalInt.empty()).width(states.width());
            if (wanted < 1 || wanted > width) {
                throw new LatentException("dims %d: encoder '%s' has 1 to %d".formatted(wanted, name, width));
            }
            recipe = recipe.withDims(options.dims());
        }
        String prompt = prompt(name, recipe, options);
        return new Encoder(lasting(name), states, recipe, options.asked(), prompt, queryPrompt(recipe, prompt));
    }

    private static List<Step> normalised(List<Step> steps, boolean whether) {
        List<Step> others = new ArrayList<>(steps);
        while (!others.isEmpty() && others.getLast() instanceof Step.Normalise) {
            others.removeLast();
        }
        if (whether) {
            others.add(new Step.Normalise());
        }
        return List.copyOf(others);
    }

    /** What the files say. A site of one's own has nothing to do with the modules that they list. */
    private static Recipe told(String name, States states, Options options) {
        return switch (states) {
            case TokenTable table -> table.recipe();
            case ModelStates(Model model, Site _, SpecialTokens _) -> told(name, model, options);
        };
    }

    private static Recipe told(String name, Model model, Options options) {
        Optional<SmallFiles> folder = folder(name, model);
        OptionalInt limit = folder.map(RecipeReader::tokenizerLimit).orElse(OptionalInt.empty());
        if (options.site().isPresent()) {
            return Recipe.plain("--site", model.config().attention().causal() ? Pooling.LAST : Pooling.MEAN, limit);
        }
        if (folder.isPresent() && RecipeReader.isThere(folder.get())) {
            return RecipeReader.read(folder.get(), model.config().width());
        }
        Optional<Pooling> embedded = model.pooling().map(Pooling::of);
        if (embedded.isPresent()) {
            // llama.cpp gives vectors of length one, and a GGUF can't say otherwise
            return Recipe.plain("GGUF", embedded.get(), limit).withSteps(List.of(new Step.Normalise()));
        }
        if (options.pooling().isEmpty()) {
            options.model().notices()
                    .accept("'%s' doesn't say how its states become one vector (no %s): mean pooling is used; --pool chooses"
                            .formatted(name, folder.isPresent() ? "modules.json" : "pooling_type"));
        }
        return Recipe.plain("nothing said", Pooling.MEAN, limit);
    }

    private static Optional<SmallFiles> folder(String name, Model model) {
        Optional<SmallFiles> opened = model.folder().map(SmallFiles::new);
        if (opened.isPresent() && !RecipeReader.isThere(opened.get())) {
            Optional<SmallFiles> named = path(name).map(SmallFiles::new).filter(RecipeReader::isThere);
            return named.or(() -> opened);
        }
        return opened;
    }

    /** Adds the prompts that a model card asks for where the files have none. */
    private static Recipe prompted(String name, Recipe recipe, Consumer<String> notices) {
        Optional<KnownEncoders> known = KnownEncoders.of(name).filter(encoder -> !encoder.prompts().isEmpty());
        boolean has = recipe.prompts().values().stream().anyMatch(prompt -> !prompt.isEmpty());
        if (known.isEmpty() || has) {
            return recipe;
        }
        known.get().standard().ifPresent(standard -> notices.accept(
                "texts are set behind \"%s\", as the card of %s says; --prompt-name and --prompt choose"
                        .formatted(known.get().prompts().get(standard), known.get().name())));
        return recipe.withPrompts(known.get().prompts(), known.get().standard());
    }

    private static String prompt(String name, Recipe recipe, Options options) {
        if (options.prompt().isPresent()) {
            return options.prompt().get();
        }
        return options.promptName().or(recipe::defaultPrompt).map(wanted -> named(name, recipe.prompts(), wanted)).orElse("");
    }

    private static String named(String name, Map<String, String> prompts, String wanted) {
        String found = prompts.get(wanted);
        if (found == null) {
            throw new LatentException(prompts.isEmpty()
                    ? "encoder '%s' has no prompts; --prompt sets one of your own before the texts".formatted(name)
                    : "encoder '%s' has no prompt '%s'; it has %s".formatted(name, wanted, String.join(", ", prompts.keySet())));
        }
        return found;
    }

    /**
     * What queries are set behind: the encoder's prompt for queries, if texts have the one for texts or none; else the same as texts,
     * for then it is one task for both.
     */
    private static String queryPrompt(Recipe recipe, String prompt) {
        boolean ordinary = prompt.isEmpty() || DOCUMENT_PROMPTS.stream().anyMatch(name -> prompt.equals(recipe.prompts().get(name)));
        if (!ordinary) {
            return prompt;
        }
        return QUERY_PROMPTS.stream().filter(recipe.prompts()::containsKey).findFirst().map(recipe.prompts()::get).orElse(prompt);
    }

    private static Site site(Model model, Options options) {
        if (options.site().isPresent()) {
            List<Site> sites = model.resolve(Sites.of(options.site().get()));
            if (sites.size() != 1 || sites.getFirst().kind() == Site.Kind.ATTN_PATTERN || sites.getFirst().kind() == Site.Kind.LOGITS) {
                throw new LatentException("--site %s: name one site whose states are vectors, like resid_post.%d"
                        .formatted(options.site().get(), model.config().layers() - 1));
            }
            return sites.getFirst();
        }
        String last = model.hasFinalNorm() ? "final_norm" : "resid_post." + (model.config().layers() - 1);
        return model.resolve(Sites.of(last)).getFirst();
    }
}

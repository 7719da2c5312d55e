package org.latent4j.model;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.latent4j.files.Tensor;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.Operations;
import org.latent4j.kernel.PackedMatrix;
import org.latent4j.kernel.Progress;
import org.latent4j.model.Models.Finding;
import org.latent4j.model.format.Checkpoint;
import org.latent4j.model.site.Sites;
import org.latent4j.model.store.HashCache;
import org.latent4j.model.store.ModelStore;
import org.latent4j.model.store.ModelStore.Located;
import org.latent4j.model.tokenizer.ChatTemplate;
import org.latent4j.model.tokenizer.ChatTemplate.Message;
import org.latent4j.model.tokenizer.Tokenizer;

/** Looks at everything about a model's files that can be wrong. */
final class ModelCheck {
    private static final String TEXT = "The capital of France is Paris, 12 + 34 = 46.";
    private static final int ROWS = 64; // that are unpacked at once

    private final Located located;
    private final Models.Options options;
    private final List<Finding> findings = new ArrayList<>();

    ModelCheck(Located located, Models.Options options) {
        this.located = located;
        this.options = options;
    }

    List<Finding> findings() {
        look("structure", this::structure);
        if (findings.getLast().right()) {
            try (Model model = new Model(located, Checkpoint.open(located.path()), options)) {
                look("hashes", () -> hashes(model));
                look("values", () -> values(model));
                look("tokenizer", () -> tokenizer(model));
                look("chat template", () -> template(model));
                look("forward pass", () -> pass(model));
            }
        }
        return findings;
    }

    /** One look; what it throws is what is wrong. */
    private void look(String what, Supplier<String> at) {
        try {
            findings.add(new Finding(what, true, at.get()));
        } catch (LatentException e) {
            findings.add(new Finding(what, false, String.valueOf(e.getMessage())));
        }
    }

    private String structure() {
        try (Checkpoint checkpoint = Checkpoint.open(located.path())) {
            Checkpoint.Description is = checkpoint.description();
            return "%s, %s, %d layers, %s: all %d tensors are within the file and have the shapes of the configuration".formatted(
                    is.format(), is.architecture(), checkpoint.config().layers(), is.quantisation(), checkpoint.tensors().size());
        }
    }

    /** Every file against what the catalogue pins, else against what it was when it was fetched. */
    private String hashes(Model model) {
        ModelStore store = ModelStore.standard(System.getenv(), options.offline());
        HashCache hashes = store.hashes();
        Map<Path, String> pins = store.pins(located);
        Set<Path> files = new LinkedHashSet<>(model.checkpoint().files());
        files.addAll(pins.keySet());
        int compared = 0;
        String last = "";
        for (Path file : files) {
            last = hashes.readAnew(file, options.progress());
            Optional<String> fetched = hashes.whenFetched(file);
            String wanted = Optional.ofNullable(pins.get(file)).or(() -> fetched).orElse(last);
            if (!wanted.equals(last)) {
                throw new LatentException("%s has the SHA-256 %s, %s has %s: remove the model and fetch it again".formatted(file, last,
                        pins.containsKey(file) ? "the file of the catalogue" : "the file that was fetched", wanted));
            }
            compared += pins.containsKey(file) || fetched.isPresent() ? 1 : 0;
        }
        String which = files.size() == 1 ? "SHA-256 " + last : files.size() + " files";
        String as = pins.isEmpty() ? ", as it was fetched" : ", as the catalogue pins";
        return which + (compared == files.size() ? as : "; nobody noted what it should be");
    }

    private String values(Model model) {
        List<String> wrong = new ArrayList<>();
        long zeros = 0;
        long done = 0;
        long all = model.checkpoint().tensors().stream().mapToLong(Tensor::elements).sum();
        for (Tensor tensor : model.checkpoint().tensors()) {
            Counts counts = counts(tensor, model);
            if (counts.notFinite > 0) {
                wrong.add("%s holds %d values that aren't finite numbers".formatted(tensor.name(), counts.notFinite));
            }
            zeros += counts.notZero == 0 && tensor.shape().length > 1 ? 1 : 0;
            done += tensor.elements();
            options.progress().report("Reading values", done, all, Progress.Unit.STEPS);
        }
        if (!wrong.isEmpty()) {
            throw new LatentException("%s%s".formatted(String.join("; ", wrong.subList(0, Math.min(3, wrong.size()))),
                    wrong.size() > 3 ? "; and %d tensors more".formatted(wrong.size() - 3) : ""));
        }
        return "all %d are finite%s".formatted(all, zeros == 0 ? "" : ", but %d matrices are nothing but zeros".formatted(zeros));
    }

    private record Counts(long notFinite, long notZero) {}

    /** Unpacks a tensor some rows at a time. */
    private static Counts counts(Tensor tensor, Model model) {
        long[] shape = tensor.shape();
        int columns = shape.length == 0 ? 1 : Math.toIntExact(shape[shape.length - 1]);
        int rows = columns == 0 ? 0 : Math.toIntExact(tensor.elements() / columns);
        if (shape.length != 2) {
            return counts(tensor.floats());
        }
        PackedMatrix packed = tensor.matrix(rows, columns);
        long notFinite = 0;
        long notZero = 0;
        for (int from = 0; from < rows; from += ROWS) {
            int[] taken = new int[Math.min(ROWS, rows - from)];
            for (int i = 0; i < taken.length; i++) {
                taken[i] = from + i;
            }
            Matrix some = Matrix.zeros(taken.length, columns);
            model.checkpoint().reading(() -> {
                model.operations().gather(packed, taken, some);
                return true;
            });
            Counts counts = counts(some.data());
            notFinite += counts.notFinite;
            notZero += counts.notZero;
        }
        return new Counts(notFinite, notZero);
    }

    private static Counts counts(float[] values) {
        long notFinite = 0;
        long notZero = 0;
        for (float value : values) {
            notFinite += Float.isFinite(value) ? 0 : 1;
            notZero += value == 0 ? 0 : 1;
        }
        return new Counts(notFinite, notZero);
    }

    private String tokenizer(Model model) {
        boolean folder = Files.isDirectory(located.path());
        if (folder && !Files.exists(located.path().resolve("tokenizer.json")) && !Files.exists(located.path().resolve("vocab.json"))
                && !Files.exists(located.path().resolve("vocab.txt")) && !Files.exists(located.path().resolve("tokenizer.model"))) {
            return "there is none: the model takes token ids alone";
        }
        Tokenizer tokenizer = model.tokenizer();
        int rows = model.checkpoint().weights().tokens().rows();
        if (tokenizer.size() > rows) {
            throw new LatentException("it has %d tokens, the model %d rows for them".formatted(tokenizer.size(), rows));
        }
        int[] ids = tokenizer.encode(TEXT);
        String back = tokenizer.decode(ids);
        boolean same = back.strip().equalsIgnoreCase(TEXT); // WordPiece may forget the case
        return "%d tokens; a text of %d characters has %d and comes back %s".formatted(tokenizer.size(), TEXT.length(), ids.length,
                same ? "whole" : "as '" + back + "'");
    }

    private static String template(Model model) {
        Optional<ChatTemplate> template = model.chatTemplate();
        return template.isEmpty()
                ? "there is none: the model wasn't made for conversations"
                : "renders a message as %d characters".formatted(template.get().render(List.of(new Message("user", TEXT)), true).length());
    }

    private static String pass(Model model) {
        String site = model.hasHead() ? "logits" : "resid_post." + (model.config().layers() - 1);
        int token = Math.min(1, model.checkpoint().weights().tokens().rows() - 1);
        float[] values = model.trace(new int[]{token}, Sites.of(site)).get(site).data();
        Counts counts = counts(values);
        if (counts.notFinite > 0 || counts.notZero == 0) {
            throw new LatentException(
                    "one token gives %d values at %s, %d of them not finite".formatted(values.length, site, counts.notFinite));
        }
        return "one token gives %d finite values at %s".formatted(values.length, site);
    }
}

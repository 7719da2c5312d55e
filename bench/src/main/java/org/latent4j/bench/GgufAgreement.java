package org.latent4j.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.latent4j.files.Safetensors;
import org.latent4j.files.Tensor;
import org.latent4j.kernel.Matrix;
import org.latent4j.model.Model;
import org.latent4j.model.Models;
import org.latent4j.model.Trace;
import org.latent4j.model.site.Positions;
import org.latent4j.model.site.Site;
import org.latent4j.model.site.Sites;
import org.latent4j.model.transformer.ModelConfig.LayerKind;

/**
 * GGUF held against what else is known of the same model, see {@code bench/gguf/run.sh}. Prints a line for each model.
 *
 * <p>{@code tiny MODELS WORK}: of each {@code WORK/NAME.gguf} the states against those of the folder {@code MODELS/NAME}, and
 * the logits (of encoders the last states) against llama.cpp's in {@code NAME.peer.safetensors}; the largest difference over
 * the largest value. {@code whole GGUF PEER}: next-token distributions of the prompts in PEER against llama.cpp's, of the
 * model dequantised and as it is packed: llama.cpp rounds activations to 8 bits where weights are packed, Latent4j doesn't.
 */
public final class GgufAgreement {
    private GgufAgreement() {}

    /** Compares; ends with exit code 1 if GGUF and folder differ by more than a ten-thousandth. */
    public static void main(String[] arguments) throws IOException {
        boolean fine = switch (arguments[0]) {
            case "tiny" -> tiny(Path.of(arguments[1]), Path.of(arguments[2]));
            case "whole" -> whole(arguments[1], Path.of(arguments[2]));
            default -> throw new IllegalArgumentException("tiny MODELS WORK, or whole GGUF PEER");
        };
        if (!fine) {
            System.exit(1);
        }
    }

    private static boolean tiny(Path models, Path work) throws IOException {
        boolean fine = true;
        System.out.println("| model | GGUF against safetensors, every site | against llama.cpp |\n|---|---|---|");
        try (Stream<Path> files = Files.list(work)) {
            for (Path gguf : files.filter(file -> file.toString().endsWith(".gguf")).sorted().toList()) {
                String name = String.valueOf(gguf.getFileName()).replace(".gguf", "");
                fine &= one(name, gguf, models.resolve(name), work.resolve(name + ".peer.safetensors"));
            }
        }
        return fine;
    }

    private static boolean one(String name, Path gguf, Path folder, Path peer) {
        try (Model packed = open(gguf.toString());
                Model reference = open(folder.toString());
                Safetensors expected = Safetensors.open(folder.resolve("expected.safetensors"))) {
            int[] ids = expected.tensor("0.input_ids").orElseThrow().integers();
            String sites = "embed,resid_pre.*,attn_pattern.*,head_out.*,attn_out.*,mlp_act.*,mlp_out.*,resid_post.*"
                    + (reference.hasHead() ? ",final_norm,logits" : "");
            Trace ours = packed.trace(ids, Sites.of(sites));
            Trace theirs = reference.trace(ids, Sites.of(sites));
            double worst = 0;
            for (Site site : theirs.sites()) {
                worst = Math.max(worst, difference(ours.get(site).data(), theirs.get(site).data()));
            }
            String against = Files.exists(peer) ? String.format(Locale.ROOT, "%.1e", peerDifference(packed, ids, peer)) : "not run";
            boolean windowLost = !windows(packed).equals(windows(reference)); // llama.cpp's conversion of Mistral drops it
            System.out.printf(Locale.ROOT, "| %s | %.1e%s | %s |%n", name, worst, windowLost ? " (no window in GGUF)" : "", against);
            return worst < 1e-4 || windowLost;
        }
    }

    private static List<Optional<Integer>> windows(Model model) {
        return model.config().layerKinds().stream().map(LayerKind::window).toList();
    }

    private static double peerDifference(Model model, int[] ids, Path peer) {
        try (Safetensors file = Safetensors.open(peer)) {
            Tensor logits = file.tensors().get("0.logits");
            if (logits != null) {
                return difference(model.trace(ids, Sites.of("logits")).get("logits").data(), logits.floats());
            }
            String last = model.config().architecture().equals("modernbert") ? "final_norm" : "resid_post." + (model.config().layers() - 1);
            return difference(model.trace(ids, Sites.of(last)).get(last).data(), file.tensor("0.states").orElseThrow().floats());
        }
    }

    private static boolean whole(String gguf, Path peer) {
        System.out.println("""
                | prompt | tokens | llama.cpp, dequantised: same first | a probability differs by | nats | packed: same first | differs by | nats |
                |---|---|---|---|---|---|---|---|""");
        boolean fine = true;
        try (Model model = open(gguf);
                Safetensors file = Safetensors.open(peer)) {
            for (int prompt = 0; file.tensors().containsKey(prompt + ".input_ids"); prompt++) {
                int[] ids = file.tensor(prompt + ".input_ids").orElseThrow().integers();
                Matrix ours = model.traces(List.of(ids), Sites.of("logits"), Positions.LAST).getFirst().get("logits");
                model.toProbabilities(ours);
                Agreement whole = Agreement.of(ours, probabilities(model, file.tensor(prompt + ".whole").orElseThrow()));
                Agreement packed = Agreement.of(ours, probabilities(model, file.tensor(prompt + ".packed").orElseThrow()));
                System.out.printf(Locale.ROOT, "| %d | %d | %s | %s |%n", prompt, ids.length, whole, packed);
                fine &= whole.sameFirst && whole.nats < 1e-5;
            }
        }
        return fine;
    }

    private static Matrix probabilities(Model model, Tensor logits) {
        Matrix row = Matrix.of(1, (int) logits.elements(), logits.floats());
        model.toProbabilities(row);
        return row;
    }

    /** How far two distributions agree: the likeliest token, the largest difference of a probability, the divergence. */
    private record Agreement(boolean sameFirst, double largest, double nats) {
        static Agreement of(Matrix ours, Matrix theirs) {
            double largest = 0;
            double nats = 0;
            for (int id = 0; id < ours.columns(); id++) {
                double p = theirs.at(0, id);
                double q = ours.at(0, id);
                largest = Math.max(largest, Math.abs(p - q));
                nats += p > 1e-30 ? p * Math.log(p / Math.max(q, 1e-30)) : 0;
            }
            return new Agreement(best(ours) == best(theirs), largest, nats);
        }

        @Override
        public String toString() {
            return String.format(Locale.ROOT, "%s | %.1e | %.1e", sameFirst ? "yes" : "no", largest, Math.abs(nats));
        }
    }

    private static int best(Matrix probabilities) {
        int best = 0;
        for (int id = 1; id < probabilities.columns(); id++) {
            best = probabilities.at(0, id) > probabilities.at(0, best) ? id : best;
        }
        return best;
    }

    private static Model open(String name) {
        return Models.open(name, Models.Options.standard().withOffline(true));
    }

    private static double difference(float[] actual, float[] expected) {
        double difference = actual.length == expected.length ? 0 : Double.POSITIVE_INFINITY;
        double size = 0;
        for (int i = 0; i < Math.min(actual.length, expected.length); i++) {
            difference = Math.max(difference, Math.abs((double) actual[i] - expected[i]));
            size = Math.max(size, Math.abs(expected[i]));
        }
        return difference / size;
    }
}

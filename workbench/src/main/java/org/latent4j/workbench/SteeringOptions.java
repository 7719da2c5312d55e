package org.latent4j.workbench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.model.DirectionFile;
import org.latent4j.model.Model;
import org.latent4j.model.PromptMode;
import org.latent4j.model.Steering;
import org.latent4j.model.site.Site;
import org.latent4j.model.site.Sites;
import picocli.CommandLine.Option;

/** The options that change hidden states while a model runs: the same wherever one runs. */
final class SteeringOptions {
    @Option(names = "--add", paramLabel = "FILE:AMOUNT@LAYERS", description = "Add AMOUNT times a direction (safetensors with a tensor 'direction', or a GGUF control vector) to the states; "
            + "8r counts in typical residual norms. LAYERS: 10-20 or 3,5,8 (resid_post), or a site pattern.")
    private List<String> add = new ArrayList<>();

    @Option(names = "--ablate", paramLabel = "FILE@LAYERS", description = "Remove the component along a direction from the states.")
    private List<String> ablate = new ArrayList<>();

    /** What an option says. {@code amount} is empty for an ablation. */
    record Spec(Path file, String amount, Sites sites) {
        static Spec parse(String option, String text, boolean hasAmount) {
            String form = hasAmount ? "FILE:AMOUNT@LAYERS" : "FILE@LAYERS";
            int at = text.lastIndexOf('@');
            int colon = hasAmount && at > 0 ? text.lastIndexOf(':', at) : at;
            if (at < 1 || colon < 1 || at == text.length() - 1) {
                throw new LatentException("%s '%s' isn't written like %s, happy.safetensors%s@10-20"
                        .formatted(option, text, form, hasAmount ? ":8" : ""));
            }
            String layers = text.substring(at + 1);
            Sites sites = Character.isDigit(layers.charAt(0)) || layers.equals("*")
                    ? Sites.of(Arrays.stream(layers.split(",", -1)).map(l -> "resid_post." + l.strip()).toArray(String[]::new))
                    : Sites.of(layers);
            return new Spec(Path.of(text.substring(0, colon)), hasAmount ? text.substring(colon + 1, at) : "", sites);
        }

        boolean relative() {
            return amount.endsWith("r");
        }

        float number() {
            try {
                float number = Float.parseFloat(relative() ? amount.substring(0, amount.length() - 1) : amount);
                if (Float.isFinite(number)) {
                    return number;
                }
            } catch (NumberFormatException _) {
                // told below
            }
            throw new LatentException("--add: '%s' is not an amount; write a number like 8 or -1.5, or 0.5r".formatted(amount));
        }
    }

    /**
     * The interventions in the order: those of {@code --add}, then those of {@code --ablate}.
     *
     * @param reference the tokens whose states tell what a typical norm is: the median over all positions but the first
     * @throws LatentException if an option can't be understood, or a direction doesn't fit the model
     */
    Steering of(Model model, int[] reference) {
        Steering all = Steering.NONE;
        for (String text : add) {
            Spec spec = Spec.parse("--add", text, true);
            float amount = spec.number();
            DirectionFile file = open(spec, model);
            for (Site site : model.resolve(spec.sites())) {
                float[] direction = file.at(site.layer());
                float strength = spec.relative() ? amount * typicalNorm(model, reference, site) / norm(direction) : amount;
                all = all.then(Steering.add(direction, strength, Sites.of(site.toString())));
            }
        }
        for (String text : ablate) {
            Spec spec = Spec.parse("--ablate", text, false);
            DirectionFile file = open(spec, model);
            for (Site site : model.resolve(spec.sites())) {
                all = all.then(Steering.ablate(file.at(site.layer()), Sites.of(site.toString())));
            }
        }
        return all;
    }

    private static DirectionFile open(Spec spec, Model model) {
        DirectionFile file = DirectionFile.open(spec.file());
        Optional<String> made = file.model();
        if (made.isPresent()) {
            String here = model.fingerprint(PromptMode.RAW).model();
            if (!made.get().equals(here)) {
                throw new LatentException("%s was made for another model (%.12s) than '%s' (%.12s): make the direction anew"
                        .formatted(spec.file(), made.get(), model.name(), here));
            }
        }
        return file;
    }

    private static float norm(float[] vector) {
        double sum = 0;
        for (float value : vector) {
            sum += (double) value * value;
        }
        return (float) Math.sqrt(sum);
    }

    private static float typicalNorm(Model model, int[] reference, Site site) {
        Matrix states = model.trace(reference, Sites.of(site.toString())).get(site);
        int first = states.rows() > 1 ? 1 : 0; // the first position's norm is often a hundred times the others'
        double[] norms = new double[states.rows() - first];
        for (int row = first; row < states.rows(); row++) {
            norms[row - first] = norm(states.row(row));
        }
        Arrays.sort(norms);
        int middle = norms.length / 2;
        return (float) (norms.length % 2 == 1 ? norms[middle] : (norms[middle - 1] + norms[middle]) / 2);
    }
}

package org.latent4j.workbench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.model.DirectionFile;
import org.latent4j.model.Model;
import org.latent4j.model.PromptMode;
import org.latent4j.model.Steering;
import org.latent4j.model.Trace;
import org.latent4j.model.site.Site;
import org.latent4j.model.site.Sites;

/**
 * Edits bound to a model, in the order in which they were given.
 *
 * @param steering what the model runs with
 * @param steps what each of its steps is: one for each site of each edit
 */
record BoundSteering(Steering steering, List<Step> steps) {
    /** Changes nothing. */
    static final BoundSteering NONE = new BoundSteering(Steering.NONE, List.of());

    /** So many tokens of a text tell what a typical norm is. */
    private static final int REFERENCE = 512;

    /**
     * One edit at one site.
     *
     * @param strength what the stored vector is multiplied with; NaN for an ablation
     * @param norm of what is added; NaN for an ablation
     */
    record Step(SteeringEdit edit, Site site, double strength, double norm) {}

    /**
     * Binds.
     *
     * @param reference tokens whose states tell what a typical norm is, where an amount counts in those: the median over
     *     the first {@value #REFERENCE} positions but the very first
     * @throws LatentException if a direction can't be read, doesn't fit the model or was made for another
     */
    static BoundSteering of(List<SteeringEdit> edits, Model model, int[] reference) {
        Steering all = Steering.NONE;
        List<Step> steps = new ArrayList<>();
        for (SteeringEdit edit : edits) {
            DirectionFile file = open(edit, model);
            List<Site> sites = model.resolve(edit.sites());
            Map<Site, Double> typical = edit.relative() ? typicalNorms(model, reference, edit.sites()) : Map.of();
            for (Site site : sites) {
                float[] direction = file.at(site);
                Sites here = Sites.of(site.toString());
                if (edit.kind() == SteeringEdit.Kind.ABLATE) {
                    all = all.then(Steering.ablate(direction, here));
                    steps.add(new Step(edit, site, Double.NaN, Double.NaN));
                } else {
                    double length = norm(direction);
                    float strength = (float) (edit.relative()
                            ? edit.number() * typical.getOrDefault(site, Double.NaN) / length
                            : edit.number());
                    all = all.then(Steering.add(direction, strength, here));
                    steps.add(new Step(edit, site, strength, Math.abs(strength) * length));
                }
            }
        }
        return new BoundSteering(all, steps);
    }

    boolean isEmpty() {
        return steps.isEmpty();
    }

    private static DirectionFile open(SteeringEdit edit, Model model) {
        DirectionFile file = DirectionFile.open(edit.file());
        Optional<String> made = file.model();
        if (made.isPresent()) {
            String here = model.fingerprint(PromptMode.RAW).model();
            if (!made.get().equals(here)) {
                throw new LatentException("%s was made for another model (%.12s) than '%s' (%.12s): make the direction anew"
                        .formatted(edit.file(), made.get(), model.name(), here));
            }
        }
        return file;
    }

    private static double norm(float[] vector) {
        double sum = 0;
        for (float value : vector) {
            sum += (double) value * value;
        }
        return Math.sqrt(sum);
    }

    private static Map<Site, Double> typicalNorms(Model model, int[] reference, Sites sites) {
        Trace trace = model.trace(Arrays.copyOf(reference, Math.min(reference.length, REFERENCE)), sites);
        Map<Site, Double> norms = new TreeMap<>();
        for (Site site : trace.sites()) {
            norms.put(site, typicalNorm(trace.get(site)));
        }
        return norms;
    }

    private static double typicalNorm(Matrix states) {
        int first = states.rows() > 1 ? 1 : 0; // the first position's norm is often a hundred times the others'
        double[] norms = new double[states.rows() - first];
        for (int row = first; row < states.rows(); row++) {
            norms[row - first] = norm(states.row(row));
        }
        Arrays.sort(norms);
        int middle = norms.length / 2;
        return norms.length % 2 == 1 ? norms[middle] : (norms[middle - 1] + norms[middle]) / 2;
    }
}

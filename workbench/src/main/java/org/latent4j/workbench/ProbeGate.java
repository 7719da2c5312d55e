package org.latent4j.workbench;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.latent4j.insight.probe.Probe;
import org.latent4j.insight.probe.ProbeStore;
import org.latent4j.insight.steering.SteeringPlan;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.model.Model;
import org.latent4j.model.site.Site;
import org.latent4j.model.site.Sites;

/** {@code --where-probe P.safetensors:>0.5}: steering only where a probe fires. */
final class ProbeGate {
    private static final Pattern WRITTEN = Pattern.compile("(.+):([^:<>=]*)(>=|<=|>|<)\\s*([-+0-9.eE]+)");

    private ProbeGate() {}

    /**
     * Reads what follows {@code --where-probe}, and the probe.
     *
     * @throws LatentException if it isn't written like that, or the probe is another model's
     */
    static SteeringPlan.Gate parse(String text, Model model) {
        Matcher written = WRITTEN.matcher(text);
        if (!written.matches()) {
            throw new LatentException("--where-probe '%s' isn't written like FILE:>X, mood.safetensors:>0.5 or mood.safetensors:happy>0.5"
                    .formatted(text));
        }
        ProbeStore stored = ProbeStore.read(Path.of(written.group(1)));
        stored.requireFits(model);
        Site site = model.resolve(Sites.of(stored.site())).getFirst();
        double limit = limit(written.group(4));
        int column = column(stored.probe(), written.group(2).strip(), written.group(1));
        String sign = written.group(3);
        Probe probe = stored.probe();
        return new SteeringPlan.Gate(text, site, state -> {
            float[] own = Arrays.copyOfRange(state.matrix().data(), state.offset(), state.offset() + state.width());
            float value = probe.predict(Matrix.of(1, own.length, own)).at(0, column);
            return switch (sign) {
                case ">" -> value > limit;
                case ">=" -> value >= limit;
                case "<" -> value < limit;
                default -> value <= limit;
            };
        });
    }

    private static double limit(String number) {
        try {
            return Double.parseDouble(number);
        } catch (NumberFormatException _) {
            throw new LatentException("--where-probe: '%s' is no number".formatted(number));
        }
    }

    private static int column(Probe probe, String name, String file) {
        List<String> classes = probe.classes();
        if (name.isEmpty()) {
            if (classes.size() > 2) {
                throw new LatentException(
                        "the probe in %s has %d classes: name one, %s:%s>0.5".formatted(file, classes.size(), file, classes.getFirst()));
            }
            return Math.max(0, classes.size() - 1);
        }
        int found = classes.indexOf(name);
        if (found < 0) {
            throw new LatentException("the probe in %s has no class '%s'; it has %s".formatted(file, name, classes));
        }
        return found;
    }
}

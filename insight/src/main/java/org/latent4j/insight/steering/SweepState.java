package org.latent4j.insight.steering;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.latent4j.insight.StateFile;

/** What a sweep has found so far, way by way. */
public final class SweepState {
    private final StateFile file;
    private final Map<String, ArmResult> known = new HashMap<>();

    /** What a file holds of it, to which what is found is added. */
    public SweepState(StateFile file) {
        this.file = file;
        file.found().stream().map(ArmResult::of).flatMap(Optional::stream).forEach(result -> known.put(result.key(), result));
    }

    Optional<ArmResult> known(String key) {
        return Optional.ofNullable(known.get(key));
    }

    /** How much was there already. */
    public int size() {
        return known.size();
    }

    void keep(ArmResult result) {
        known.put(result.key(), result);
        file.add(result.line());
    }

    /** Forgets it: the sweep is whole. */
    public void remove() {
        file.remove();
    }
}

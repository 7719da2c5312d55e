package org.latent4j.model;

import java.util.List;
import java.util.Optional;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Precision;
import org.latent4j.model.Generator.Begun;
import org.latent4j.model.site.Positions;
import org.latent4j.model.site.Sites;
import org.latent4j.model.transformer.Cache;

/**
 * A text that goes on turn by turn, a conversation: keys and values are kept, and only tokens that are new are run. What
 * is said is what {@link Model#generate} says of the same prompt (with {@link Precision#INT8}, had it said the earlier turns as well). Other
 * interventions than at the turn before
 * or another precision let everything run anew, so that no state is left of a model that was steered or rounded otherwise. For one thread at a time.
 */
public final class Session {
    private final Model model;
    private Optional<Begun> begun = Optional.empty();
    private Steering steering = Steering.NONE;
    private boolean half;
    private Precision precision = Precision.F32;
    private int kept;

    Session(Model model) {
        this.model = model;
    }

    /**
     * Goes on with a prompt, which usually begins with what was said before.
     *
     * @param request one sample, whatever it asks for; interventions report the tokens that are run in this turn
     * @throws LatentException if the prompt or the request doesn't fit the model
     */
    public Continuation generate(int[] prompt, Generation request, Generation.Listener listener) {
        model.check(prompt);
        Generator generator = new Generator(model, request.withSamples(1), listener);
        if (request.steering() != steering || request.halfCache() != half || request.precision() != precision) {
            begun = Optional.empty();
        }
        steering = request.steering();
        half = request.halfCache();
        precision = request.precision();
        kept = begun.map(b -> b.shared(prompt, model)).orElse(0);
        Cache cache = kept > 0 ? begun.orElseThrow().cache() : model.cache(prompt.length, half);
        cache.truncate(kept);
        begun = Optional.empty(); // a turn that fails leaves nothing behind
        Sequence said = generator.run(prompt, cache);
        begun = Optional.of(new Begun(said.whole(), said.cache()));
        return said.continuation();
    }

    /** How many tokens of the last prompt were there already and not run again. */
    public int kept() {
        return kept;
    }

    /**
     * What the model holds at the last position of the text so far, prompt and continuation, steered as it was.
     *
     * @throws LatentException if nothing was said yet, or a site doesn't exist
     */
    public Trace trace(Sites sites) {
        Begun text = begun.orElseThrow(() -> new LatentException("nothing has been said yet: there is no last position"));
        Cache cache = text.cache();
        if (!cache.fits(model.config(), text.ids().length)) {
            cache = model.cache(text.ids().length, half);
        }
        int known = Math.min(cache.length(), text.ids().length - 1);
        cache.truncate(known);
        Trace trace = new Tracer(model, sites, Positions.LAST).continued(text.ids(), cache, steering);
        cache.truncate(known); // blocks above the highest site have no keys of what came then
        return trace;
    }

    /** Forgets everything. */
    public void forget() {
        begun = Optional.empty();
    }

    /** The text so far, prompt and continuation. */
    public List<Integer> ids() {
        return begun.map(b -> java.util.Arrays.stream(b.ids()).boxed().toList()).orElse(List.of());
    }
}

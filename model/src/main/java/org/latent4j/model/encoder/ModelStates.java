package org.latent4j.model.encoder;

import java.util.List;
import java.util.Optional;
import org.latent4j.kernel.Fingerprint;
import org.latent4j.kernel.Matrix;
import org.latent4j.model.Model;
import org.latent4j.model.PromptMode;
import org.latent4j.model.site.Positions;
import org.latent4j.model.site.Site;
import org.latent4j.model.site.Sites;
import org.latent4j.model.tokenizer.Tokenizer;

/** The hidden states of a model at a site. */
record ModelStates(Model transformer, Site at, SpecialTokens special) implements States {
    static ModelStates of(Model model, Site at) {
        return new ModelStates(model, at, SpecialTokens.of(model.tokenizer()));
    }

    @Override
    public Tokenizer tokenizer() {
        return transformer.tokenizer();
    }

    @Override
    public int context() {
        return transformer.config().context();
    }

    @Override
    public int width() {
        return switch (at.kind()) {
            case HEAD_OUT -> (at.head() < 0 ? transformer.config().heads() : 1) * transformer.config().headWidth();
            case MLP_ACT -> transformer.config().intermediate();
            default -> transformer.config().width();
        };
    }

    @Override
    public String site() {
        return at.toString();
    }

    @Override
    public boolean takesNothing() {
        return false;
    }

    @Override
    public List<Matrix> of(List<int[]> sequences, Positions positions) {
        return transformer.traces(sequences, Sites.of(at.toString()), positions).stream().map(trace -> trace.get(at)).toList();
    }

    @Override
    public Fingerprint fingerprint() {
        return transformer.fingerprint(PromptMode.SPECIAL);
    }

    @Override
    public String origin() {
        return transformer.origin();
    }

    @Override
    public Optional<String> licence() {
        return transformer.licence();
    }

    @Override
    public String kernels() {
        return transformer.kernels();
    }

    @Override
    public Optional<Model> model() {
        return Optional.of(transformer);
    }

    @Override
    public void close() {
        transformer.close();
    }
}

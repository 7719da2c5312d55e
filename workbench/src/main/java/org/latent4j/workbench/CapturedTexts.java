package org.latent4j.workbench;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.latent4j.kernel.Fingerprint;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Matrix;
import org.latent4j.model.Model;
import org.latent4j.model.Models;
import org.latent4j.model.PromptMode;
import org.latent4j.model.Trace;
import org.latent4j.model.site.Positions;
import org.latent4j.model.site.Sites;
import org.latent4j.space.Origin;
import org.latent4j.space.Space;

/**
 * Texts among captured states: they run through the same model, in the same prompt mode, and their state is taken at the same site and
 * position. Where texts have several positions in the capture, a query is at the last of them.
 */
final class CapturedTexts {
    private final String captured;
    private final Origin origin;
    private final Fingerprint made;
    private final String site;
    private final PromptMode mode;
    private final Positions positions;

    private CapturedTexts(Origin origin) {
        this.origin = origin;
        this.captured = origin.source();
        this.made = origin.fingerprint().orElseThrow(() -> refused("it doesn't say which model it comes from"));
        this.site = made.site().orElseThrow(() -> refused("it doesn't say which site it comes from"));
        this.mode = Stream.of(PromptMode.values()).filter(each -> each.label().equals(made.promptMode())).findFirst()
                .orElseThrow(() -> refused("it was captured of token ids"));
        if (origin.details().containsKey("steering")) {
            throw refused("it was captured while the model was steered");
        }
        this.positions = Positions.parse(origin.details().getOrDefault("positions", "all"));
    }

    private LatentException refused(String why) {
        return new LatentException(("%s: a text can't become a point of it, for %s; name one of its points, or capture the text in the "
                + "same way and give its states by --queries").formatted(captured, why));
    }

    /** Whether a space's points are captured states. */
    static boolean are(Space space) {
        Map<String, String> made = space.origin().details();
        return made.getOrDefault("format", "").startsWith("latent4j capture");
    }

    /**
     * The states of texts, as those of a capture were.
     *
     * @return {@code [texts, width]}
     * @throws LatentException if the capture was made in a way that a text can't be treated in, the model isn't there or is another, or a
     *     text has no token, too many, or not the position
     */
    static Matrix states(Space space, List<String> texts) {
        CapturedTexts captured = new CapturedTexts(space.origin());
        Models.Options options = Models.Options.standard().withProgress(ProgressBar.on(Terminal.detect()));
        try (Model model = Models.open(captured.model(), options)) {
            return captured.states(model, texts);
        }
    }

    private String model() {
        return origin.encoder().orElseThrow(() -> refused("it doesn't name its model"));
    }

    private Matrix states(Model model, List<String> texts) {
        Fingerprint here = model.fingerprint(mode).at(site, made.pooling().orElse("none"));
        if (!here.equals(made)) {
            throw new LatentException("%s: model '%s' (%s) has other states than those (%s): they can't be compared; capture anew"
                    .formatted(captured, model.name(), here, made));
        }
        List<int[]> ids = new ArrayList<>();
        for (String text : texts) {
            ids.add(new PromptTokens(model, mode, positions, false, false).of(new Prompt.Text("the query", text)).ids());
        }
        List<Trace> traces = model.traces(ids, Sites.of(site), positions);
        int width = traces.getFirst().get(site).columns();
        Matrix states = Matrix.zeros(texts.size(), width);
        for (int text = 0; text < texts.size(); text++) {
            Matrix rows = traces.get(text).get(site);
            System.arraycopy(rows.data(), (rows.rows() - 1) * width, states.data(), text * width, width);
        }
        return states;
    }
}

package org.latent4j.workbench;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.latent4j.insight.Lens;
import org.latent4j.insight.LensReading;
import org.latent4j.kernel.LatentException;
import org.latent4j.model.Continuation;
import org.latent4j.model.Generation;
import org.latent4j.model.Model;
import org.latent4j.model.PromptMode;
import org.latent4j.model.Session;
import org.latent4j.model.site.Sites;
import org.latent4j.model.tokenizer.ChatTemplate.Message;

/** What was said by a user and a steered model, message after message. */
final class Conversation {
    private static final String USER = "user";
    private static final int CANDIDATES = 3;

    private final Model model;
    private final Session session;
    private final Generation request;
    private final List<Message> messages = new ArrayList<>();
    private List<SteeringEdit> edits = List.of();
    private BoundSteering steering = BoundSteering.NONE;
    private SteeringTold told = SteeringTold.NOTHING;
    private boolean roundingTold;

    /** Begins one, with a system message if there is one. */
    Conversation(Model model, Generation request, @Nullable String system) {
        model.requireGenerates();
        this.model = model;
        this.request = request;
        this.session = model.session();
        if (system != null) {
            messages.add(new Message("system", system));
        }
        model.chatTokens(with("Hello")); // a model without a template is refused before anyone has typed
    }

    private List<Message> with(String text) {
        List<Message> next = new ArrayList<>(messages);
        next.add(new Message(USER, text));
        return next;
    }

    /**
     * Steers from now on, instead of what steered before. Amounts in typical norms are those of the conversation so far, of a
     * greeting if there is none.
     *
     * @throws LatentException if an edit can't be made; nothing changes then
     */
    void steer(List<SteeringEdit> others) {
        steering = BoundSteering.of(others, model, model.chatTokens(answered() ? messages : with("Hello")));
        edits = List.copyOf(others);
        told = SteeringTold.NOTHING;
    }

    /** The edits that are made, in order. */
    List<SteeringEdit> edits() {
        return edits;
    }

    /**
     * One turn: the answer is added to the conversation unless it is empty.
     *
     * @throws LatentException if the conversation is longer than the context; it stays as it was
     */
    Continuation say(String text, Generation.Listener listener) {
        int[] ids = model.chatTokens(with(text));
        Continuation answer = session.generate(ids, request.with(steering.steering()), listener);
        told = new SteeringTold(steering, answer.steering());
        if (!answer.text().isEmpty()) {
            messages.add(new Message(USER, text));
            messages.add(new Message("assistant", answer.text()));
        }
        return answer;
    }

    private boolean answered() {
        return !messages.isEmpty() && !messages.getLast().role().equals("system");
    }

    /** Takes the last message and its answer back; false if there is none. */
    boolean undo() {
        if (!answered()) {
            return false;
        }
        messages.removeLast();
        messages.removeLast();
        return true;
    }

    List<Message> messages() {
        return List.copyOf(messages);
    }

    /** What interventions did in the last turn. */
    SteeringTold told() {
        return told;
    }

    /** After the first answer, what rounding costs there; else nothing. */
    Optional<RoundingTold> rounding() {
        if (roundingTold || !answered()) {
            return Optional.empty();
        }
        roundingTold = true;
        return RoundingTold.of(request.precision(), model, model.chatTokens(messages.subList(0, messages.size() - 1)));
    }

    /** How many tokens of the last turn's prompt were there already. */
    int kept() {
        return session.kept();
    }

    /** What every layer says at the last position of the last turn. */
    LensReading lens() {
        return Lens.read(model, session.trace(Sites.of("embed,resid_post.*")), PromptMode.CHAT, CANDIDATES);
    }
}

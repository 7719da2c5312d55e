package org.latent4j.workbench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.latent4j.insight.LensReading;
import org.latent4j.insight.LensReading.Candidate;
import org.latent4j.insight.LensReading.Layer;
import org.latent4j.kernel.LatentException;
import org.latent4j.model.Continuation;
import org.latent4j.model.tokenizer.ChatTemplate.Message;

/** A conversation line by line: messages, and what begins with a slash. A mistake is one line, and the chat goes on. */
final class Chat {
    private static final String HELP = """
            /steer FILE:AMOUNT@LAYERS   add a direction to the states from now on
            /ablate FILE@LAYERS         remove one
            /steer off                  no steering any more
            /steer                      what steering did in the last answer
            /lens                       what every layer said at the last position
            /undo                       take the last message and its answer back
            /history                    show the conversation
            /quit                       the end (also Ctrl-D)
            // at the beginning of a message is a slash; \\ at the end lets it go on in the next line; Ctrl-C stops an answer
            """;

    private final Conversation conversation;
    private final AtomicBoolean interrupted;
    private final BufferedReader lines;
    private final PrintWriter out;
    private final PrintWriter err;
    private final boolean prompts;

    /** A chat; {@code interrupted} stops an answer, {@code prompts} tells whether someone sees a prompt. */
    Chat(
            Conversation conversation, AtomicBoolean interrupted, BufferedReader lines, PrintWriter out, PrintWriter err, boolean prompts) {
        this.conversation = conversation;
        this.interrupted = interrupted;
        this.lines = lines;
        this.out = out;
        this.err = err;
        this.prompts = prompts;
    }

    /** Runs to the end of the input, or to {@code /quit}. */
    void run() {
        for (@Nullable
        String message = read(); message != null; message = read()) {
            String line = message.strip();
            try {
                if (line.equals("/quit")) {
                    return;
                } else if (line.startsWith("/") && !line.startsWith("//")) {
                    command(line);
                } else if (!line.isEmpty()) {
                    say(line.startsWith("//") ? line.substring(1) : message);
                }
            } catch (LatentException mistake) {
                note(String.valueOf(mistake.getMessage()));
            }
            out.flush();
        }
    }

    /** The next message; null at the end. */
    private @Nullable String read() {
        StringBuilder message = new StringBuilder();
        try {
            while (true) {
                if (prompts) {
                    out.print(message.isEmpty() ? "> " : "… ");
                    out.flush();
                }
                @Nullable
                String line = lines.readLine();
                if (line == null) {
                    return message.isEmpty() ? null : message.toString();
                }
                if (!line.endsWith("\\")) {
                    return message.append(line).toString();
                }
                message.append(line, 0, line.length() - 1).append('\n');
            }
        } catch (IOException e) {
            throw new LatentException("can't read standard input: " + e.getMessage(), e);
        }
    }

    private void say(String text) {
        interrupted.set(false);
        Continuation answer = conversation.say(text, (_, _, piece) -> {
            out.print(prompts ? shown(piece) : piece);
            out.flush();
        });
        out.println();
        if (answer.text().isEmpty()) {
            note("no answer (%s); the message was taken back".formatted(answer.stop()));
        } else if (answer.stop().startsWith("overflow")) {
            note("stopped: " + answer.stop() + "; give less strength");
        } else if (!answer.stop().equals("end") && !answer.stop().startsWith("stop")) {
            note("stopped: " + answer.stop());
        }
        if (!conversation.told().isEmpty()) {
            List<String> told = conversation.told().lines();
            note(told.getLast() + (told.size() > 1 ? " (and %d more: /steer shows them)".formatted(told.size() - 1) : ""));
        }
        conversation.rounding().ifPresent(told -> note(told.line()));
    }

    /** An answer must not move a terminal's cursor, nor ring its bell. */
    private static String shown(String piece) {
        StringBuilder shown = new StringBuilder();
        piece.codePoints().forEach(c -> {
            if (c == '\n' || c == '\t' || !Character.isISOControl(c)) {
                shown.appendCodePoint(c);
            } else {
                shown.append(TokenText.visible(Character.toString(c)));
            }
        });
        return shown.toString();
    }

    private void command(String line) {
        int space = line.indexOf(' ');
        String name = space < 0 ? line : line.substring(0, space);
        String argument = space < 0 ? "" : line.substring(space + 1).strip();
        switch (name) {
            case "/help" -> err.print(HELP);
            case "/lens" -> lens();
            case "/undo" -> note(conversation.undo() ? "the last message and its answer are taken back" : "there is nothing to take back");
            case "/history" -> history();
            case "/steer" -> steer(argument);
            case "/ablate" -> more(SteeringEdit.ablate("/ablate", argument));
            default -> throw new LatentException("there is no %s; /help lists what there is, // begins a message with a slash"
                    .formatted(name));
        }
        err.flush();
    }

    private void steer(String argument) {
        if (argument.equals("off")) {
            conversation.steer(List.of());
            note("no steering any more");
        } else if (!argument.isEmpty()) {
            more(SteeringEdit.add("/steer", argument));
        } else if (conversation.edits().isEmpty()) {
            note("nothing is steered");
        } else if (conversation.told().isEmpty()) {
            conversation.edits().forEach(edit -> note("from the next answer on: " + edit));
        } else {
            conversation.told().lines().forEach(this::note);
        }
    }

    private void more(SteeringEdit edit) {
        List<SteeringEdit> edits = new ArrayList<>(conversation.edits());
        edits.add(edit);
        conversation.steer(edits);
        note("from the next answer on: " + edit);
    }

    private void lens() {
        LensReading reading = conversation.lens();
        err.println("at " + TokenText.visible(reading.tokens().getLast()) + ", every layer would go on with");
        for (Layer layer : reading.layers()) {
            StringBuilder line = new StringBuilder(String.format(Locale.ROOT, "  %-14s", layer.site()));
            for (Candidate candidate : layer.cells().getLast().top()) {
                String token = TokenText.visible(candidate.token());
                line.append(' ').append(token).append(" ".repeat(Math.max(0, 14 - DisplayWidth.of(token))))
                        .append(String.format(Locale.ROOT, "%3.0f %% ", 100 * candidate.probability()));
            }
            err.println(line.toString().stripTrailing());
        }
    }

    private void history() {
        for (Message message : conversation.messages()) {
            err.println(message.role() + ": " + shown(message.content()));
        }
    }

    private void note(String line) {
        out.flush();
        err.println("latent: " + line.replace('\n', ' '));
        err.flush();
    }
}

package org.latent4j.workbench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.latent4j.files.SafetensorsWriter;
import org.latent4j.kernel.LatentException;
import org.latent4j.model.Generation;
import org.latent4j.model.Model;
import org.latent4j.model.Models;
import org.latent4j.model.tokenizer.ChatTemplate.Message;

/** {@code latent chat} with piped input on a tiny model, whose tokens are bytes. */
class ChatCommandTest {
    @TempDir
    private Path folder = Path.of("");

    private String model = "";

    @BeforeEach
    void makeModel() throws IOException {
        model = TinyModel.withByteTokenizer(folder).toString();
    }

    private Ran chat(String input, String... options) {
        return Ran.command(
                new ChatCommand(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8))),
                java.util.stream.Stream.concat(java.util.stream.Stream.of("-m", model, "--max-tokens", "5"),
                        java.util.Arrays.stream(options)).toArray(String[]::new));
    }

    private Path direction() {
        float[] values = new float[64];
        values[3] = 2;
        Path file = folder.resolve("d.safetensors");
        try (SafetensorsWriter writer = SafetensorsWriter.create(file)) {
            writer.add("direction", values, values.length);
            writer.finish();
        }
        return file;
    }

    @Test
    void answersAreThoseOfTheWholeConversation() {
        Ran ran = chat("abc\ndef\n", "--system", "s");
        try (Model opened = Models.open(model, Models.Options.standard().withOffline(true))) {
            List<Message> first = List.of(new Message("system", "s"), new Message("user", "abc"));
            String one = opened.generate(opened.chatTokens(first), Generation.greedy(5)).text();
            List<Message> second = List.of(first.get(0), first.get(1), new Message("assistant", one), new Message("user", "def"));
            String two = opened.generate(opened.chatTokens(second), Generation.greedy(5)).text();
            assertThat(ran.out()).isEqualTo(one + System.lineSeparator() + two + System.lineSeparator());
        }
    }

    @Test
    void whatWasComputedIsKeptBetweenTurns() {
        try (Model opened = Models.open(model, Models.Options.standard().withOffline(true))) {
            Conversation conversation = new Conversation(opened, Generation.greedy(5), "s");
            String answer = conversation.say("abc", Generation.Listener.NONE).text();
            assertThat(conversation.kept()).isZero();
            conversation.say("def", Generation.Listener.NONE);
            List<Message> before = conversation.messages().subList(0, 2);
            assertThat(answer).isNotEmpty();
            assertThat(conversation.kept()).as("everything but the end of the answer")
                    .isGreaterThanOrEqualTo(opened.chatTokens(before).length);
            conversation.steer(List.of(SteeringEdit.add("/steer", direction() + ":1@1")));
            conversation.say("g", Generation.Listener.NONE);
            assertThat(conversation.kept()).as("steered anew").isZero();
        }
    }

    @Test
    void commandsSteerShowAndTakeBack() {
        String d = direction().toString();
        Ran ran = chat("""
                /lens
                /undo
                abc
                /lens
                /steer %s:4@0-1
                def
                /steer
                /ablate %s@2
                /steer off
                /history
                /undo
                /history
                /nonsense
                /steer nothing
                /steer none.safetensors:1@1
                //slash
                two\\
                lines
                /help
                /quit
                never said
                """.formatted(d, d));
        assertThat(ran.code()).isZero();
        assertThat(ran.err()).contains(
                "nothing has been said yet", "there is nothing to take back", "every layer would go on with", "resid_post.2", " %",
                "from the next answer on: " + d,
                "(and 1 more: /steer shows them)", "at resid_post.0, ", "no steering any more", "user: abc", "user: def",
                "the last message and its answer are taken back", "there is no /nonsense", "FILE:AMOUNT@LAYERS", "none.safetensors",
                "/history  ");
        assertThat(ran.err().split("user: def", -1)).as("taken back").hasSize(2);
        assertThat(ran.out()).doesNotContain("never");
    }

    @Test
    void aConversationThatIsTooLongIsToldAndMayBeTakenBack() {
        Ran ran = chat("x".repeat(200) + "\n/history\nabc\n");
        assertThat(ran.err()).contains("the text has ", "128");
        assertThat(ran.err()).doesNotContain("user: x");
        assertThat(ran.out().lines().count()).isPositive();
        assertThat(ran.code()).isZero();
    }

    /** Fetched once; skipped where there is neither network nor cache. */
    @Test
    void theDefaultModelKnowsWhatWasSaid() {
        try {
            Models.open(Models.DEFAULT).close();
        } catch (LatentException e) {
            abort("the default model can't be had: " + e.getMessage());
        }
        String input = "What is the capital of France? One word.\nAnd of Italy?\n";
        Ran ran = Ran.command(
                new ChatCommand(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8))), "--max-tokens", "16");
        assertThat(ran.out().lines()).hasSize(2);
        assertThat(ran.out().lines().toList().get(0)).contains("Paris");
        assertThat(ran.out().lines().toList().get(1)).contains("Italy", "Rome");
    }

    @Test
    void aModelWithoutATemplateIsRefused() {
        Ran ran = Ran.command(new ChatCommand(new ByteArrayInputStream(new byte[0])), "-m", TinyModel.folder().toString());
        assertThat(ran.mistake()).contains("template");
    }
}

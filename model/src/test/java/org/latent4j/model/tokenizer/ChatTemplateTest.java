package org.latent4j.model.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.latent4j.kernel.LatentException;
import org.latent4j.model.format.TokenizerFiles;
import org.latent4j.model.tokenizer.ChatTemplate.Message;

/** Chat templates, against what transformers 5.23.0 makes of them. */
class ChatTemplateTest {
    private static final Clock NOON = Clock.fixed(Instant.parse("2026-11-03T12:00:00Z"), ZoneOffset.UTC);

    record Case(String template, List<Message> messages, boolean generation, String text, String error) {}

    static Stream<Case> cases() throws IOException {
        List<Case> cases = new ArrayList<>();
        for (JsonNode node : new ObjectMapper().readTree(TestMetadata.text("chat-templates.expected.json"))) {
            List<Message> messages = new ArrayList<>();
            node.get("messages")
                    .forEach(message -> messages.add(new Message(message.get("role").asText(), message.get("content").asText())));
            cases.add(new Case(node.get("template").asText(), messages, node.get("generation").asBoolean(),
                    node.path("text").asText(""), node.path("error").asText("")));
        }
        return cases.stream();
    }

    /**
     * Templates of the families as they are published, each with conversations of one to four messages; dates are
     * years.
     */
    static Stream<Case> families() throws IOException {
        JsonNode all = new ObjectMapper().readTree(TestMetadata.text("chat-families.expected.json"));
        List<Case> cases = new ArrayList<>();
        for (JsonNode node : all.get("cases")) {
            List<Message> messages = new ArrayList<>();
            all.get("conversations").get(node.get("conversation").asInt()).forEach(message -> messages
                    .add(new Message(message.get("role").asText(), message.get("content").asText())));
            cases.add(new Case(all.get("templates").get(node.get("template").asText()).asText(), messages,
                    node.get("generation").asBoolean(), node.path("text").asText(""), node.path("error").asText("")));
        }
        return cases.stream();
    }

    private static ChatTemplate template(String source) {
        return new ChatTemplate(source, "a test", "<s>", "</s>", NOON);
    }

    @ParameterizedTest
    @MethodSource({"cases", "families"})
    void templatesRenderAsInTransformers(Case expected) {
        if (expected.error().isEmpty()) {
            assertThat(template(expected.template()).render(expected.messages(), expected.generation()))
                    .isEqualTo(expected.text());
        } else {
            assertThatThrownBy(() -> template(expected.template()).render(expected.messages(), expected.generation()))
                    .isInstanceOf(LatentException.class);
        }
    }

    @Test
    void theDefaultModelsChatHasTheIdsOfTheReference() {
        ChatTemplate template = template(TestMetadata.text("smollm2-chat-template.jinja"));
        String text = template.render(List.of(new Message("user", "What is the opposite of hot?")), true);
        Tokenizer tokenizer = new Tokenizer(GgufTokenizer.open(TestMetadata.smollm2(), "a test"));
        assertThat(tokenizer.encode(text)).containsExactly(1, 9690, 198, 2683, 359, 253, 5356, 5646, 11173, 3365, 3511,
                308, 34519, 28, 7018, 411, 407, 19712, 8182, 2, 198, 1, 4093, 198, 1780, 314, 260, 7011, 282, 3380, 47,
                2, 198, 1, 520, 9531, 198);
    }

    /** Transformers hands both to every template; Mistral's and Command R's look whether they are none. */
    @Test
    void toolsAndDocumentsAreNone() {
        assertThat(template("{{ tools is defined and tools is none and tools is not mapping }} {{ documents is none }}").render(List.of(),
                false))
                .isEqualTo("True True");
    }

    /** Jamba's picks one of its macros and what to give it from two lists. */
    @Test
    void aListMayBeTheArguments() {
        assertThat(template("{% macro m(a, b, c=3) %}{{ [a, b, c] }}{% endmacro %}{% set given = [[1, 2], [7]] %}"
                + "{{ [m][0](*given[0]) }}{{ m(0, *given[1], c=9) }}{{ m(*'xy') }}").render(List.of(), false))
                .isEqualTo("[1, 2, 3][0, 7, 9]['x', 'y', 3]");
        assertThatThrownBy(() -> template("{{ range(*5) }}").render(List.of(), false)).isInstanceOf(LatentException.class);
        assertThatThrownBy(() -> template("{{ f(**{}) }}")).hasMessageContaining("by **");
    }

    @Test
    void datesAreThoseOfStrftime() {
        assertThat(template("{{ strftime_now('%d %b %Y|%B %-d|%A %H:%M:%S|%%') }}").render(List.of(), false))
                .isEqualTo("03 Nov 2026|November 3|Tuesday 12:00:00|%");
    }

    /** Filters that only chance or a web page would want, and what other templates are needed for. */
    @ParameterizedTest
    @ValueSource(strings = {"{{ [1, 2]|random }}", "{{ 'a'|pprint }}", "{{ 'a'|wordwrap(3) }}", "{{ 'a' is escaped }}",
        "{% include 'a' %}", "{% extends 'a' %}", "{% import 'a' as b %}", "{% autoescape true %}{% endautoescape %}"})
    void whatIsNotSupportedIsRefusedWithItsLine(String source) {
        assertThatThrownBy(() -> template("a\nb\n" + source).render(List.of(), false))
                .hasMessageContaining("fails at line 3").hasMessageContaining("isn't supported in a chat template");
    }

    /** What comes of going through what can't be gone through is known only when it runs. */
    @Test
    void whatFailsOutsideAnExpressionSaysTheLineToo() {
        assertThatThrownBy(() -> template("\n{% for x in 5 %}{% endfor %}").render(List.of(), false)).hasMessageContaining("line 2");
        assertThatThrownBy(() -> template("\n\n{% for a, b in ['x'] %}{% endfor %}").render(List.of(), false))
                .hasMessageContaining("line 3");
    }

    @Test
    void errorsSayTheLine() {
        String refuses = "line one\n{# two\nthree #}\n{%- for m in messages %}\n\n"
                + "{{ raise_exception('roles\nmust alternate') }}\n{% endfor %}";
        assertThatThrownBy(() -> template(refuses).render(List.of(new Message("user", "x")), true))
                .hasMessage("the chat template of a test fails at line 6: it refuses these messages: roles must"
                        + " alternate; use the raw mode or another model");
        assertThatThrownBy(() -> template("a\nb\n{{ 1 +\n}}")).hasMessageContaining("line 4");
        assertThatThrownBy(() -> template("a\n{% if x %}\n{{ y }}\n")).hasMessageContaining("isn't closed by");
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "{{ '%999999999d' % 1 }}", "{{ '%.99999f' % 1 }}", "{{ '{:>999999999}'.format(1) }}", "{{ '{' * 9 }}{{ ('{' * 9).format(1) }}",
        "{{ 'x'.center(99999999999) }}", "{{ 'x'|center(99999999999) }}", "{{ 'x'.zfill(99999999999) }}", "{{ [1] * 99999999999 }}",
        "{{ range(9)|batch(99999999999, 'x')|list }}", "{{ range(9)|slice(99999999999)|list }}", "{{ ('9' * 400)|int }}",
        "{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}", "{% block a %}{{ self.a() }}{% endblock %}",
        "{% block a %}{% endblock %}{% block a %}{% endblock %}", "{{ '%s'|format }}", "{{ '%(a)s' % 1 }}", "{{ '%d' % 'a' }}",
        "{{ '%' % 1 }}", "{{ '{0.x.y}'.format('a') }}", "{{ '{}'.format() }}", "{{ {[1]: 2} }}", "{{ [1]|wordwrap }}",
        "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
        "{% set ns = namespace(s='xxxxxxxx') %}{% for i in range(60) %}{% set ns.s = ns.s + ns.s %}{% endfor %}",
        "{% set ns = namespace(s=[1]) %}{% for i in range(60) %}{% set ns.s = ns.s + ns.s %}{% endfor %}",
        "{% set ns = namespace(s=[1]) %}{% for i in range(60) %}{% set ns.s = [ns.s, ns.s] %}{% endfor %}{{ ns.s }}",
        "{% set ns = namespace(s=[1]) %}{% for i in range(60) %}{% set ns.s = [ns.s, ns.s] %}{% endfor %}"
                + "{{ ns.s|tojson }}",
        "{{ 'x' * 99999999999 }}",
        "{{ 'aaaaaaaaaa'.replace('a', 'x' * 9000000).replace('x', 'y' * 9000000) }}",
        "{{ 'a'|indent(999999999999) * 99999999 }}",
        "{{ 9 ** 999999999 }}", "{{ 9223372036854775807 + 1 }}", "{{ 1 % 0 }}", "{{ -9223372036854775807 - 1 - 1 }}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{% set ns = namespace(s=1) %}{% set ns.s = ns %}{{ ns.s.s.s.missing.x }}",
        "{{ ''.__class__.__mro__ }}", "{{ messages.getClass().forName('java.lang.Runtime') }}",
        "{{ messages.append(1) }}",
        "{% include '/etc/passwd' %}", "{% import 'x' as y %}", "{{ unknown() }}", "{{ 'a'|unknown }}",
        "{{ 'a' is unknown }}",
        "{{ range(1, 2, 0) }}", "{{ [1][::0] }}", "{{ '%c'|strftime_now }}", "{{ strftime_now('%Q') }}",
        "{{ 1 + 'a' }}",
        "{{", "{%", "{#", "{{ '", "{% raw %}", "{% endif %}", "{{ a b }}", "{{ 1..x }}", "{{ '\\u12' }}", "{{ @ }}",
        "{% for %}", "{% for x in %}", "{% set %}", "{% set x = %}", "{% macro %}", "{% break %}", "{{ {1:} }}",
        "{{ x[ }}",
        "{{ 99999999999999999999 }}", "{{ f(*x) }}", "{{ a.b.c.d }}", "{% do x %}"
    })
    void hostileTemplatesEndInOneLine(String source) {
        assertThatThrownBy(() -> template(source).render(List.of(new Message("user", "x")), true))
                .isInstanceOf(LatentException.class).message().startsWith("the chat template of a test fails")
                .doesNotContain("\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"(", "[", "{{ -", "not ", "{% if x %}", "x.", "x|trim", "x[0]", "1+", "{'a':",
        "x if y else "})
    void deepNestingIsRefused(String part) {
        String source = part.startsWith("{%")
                ? part.repeat(20_000)
                : "{{ x" + (part.startsWith("x") && !part.contains("if") ? part.substring(1).repeat(20_000) : "")
                        + " + "
                        + part.replace("{{ ", "").repeat(20_000) + " }}";
        assertThatThrownBy(() -> template(source)).isInstanceOf(LatentException.class);
    }

    @Test
    void whatMessagesSayIsNotRendered() {
        String content = "{{ 7 * 7 }}{% raise %}";
        assertThat(template("{{ messages[0].content }}").render(List.of(new Message("user", content)), false))
                .isEqualTo(content);
    }

    @Test
    void aMessageOfTenMillionCharactersIsRendered() {
        String content = "word ".repeat(2_000_000).toUpperCase(Locale.ROOT);
        ChatTemplate template = template(TestMetadata.text("smollm2-chat-template.jinja"));
        assertThat(template.render(List.of(new Message("user", content)), true)).contains(content);
    }

    @Test
    void foldersKeepTheirTemplateInOneOfThreePlaces(@TempDir Path folder) throws IOException {
        TokenizerFiles files = new TokenizerFiles.Folder(folder);
        assertThat(ChatTemplate.of(files)).isEmpty();
        Path config = folder.resolve("tokenizer_config.json");
        Files.writeString(config, """
                {"bos_token": {"content": "<b>"}, "eos_token": null,
                 "chat_template": "{{ bos_token }}{{ eos_token }}one"}""");
        assertThat(ChatTemplate.of(files).orElseThrow().render(List.of(), false)).isEqualTo("<b>one");
        Files.writeString(config, """
                {"chat_template": [{"name": "tool_use", "template": "no"}, {"name": "default", "template": "two"}]}""");
        assertThat(ChatTemplate.of(files).orElseThrow().render(List.of(), false)).isEqualTo("two");
        Files.writeString(folder.resolve("chat_template.jinja"), "three");
        assertThat(ChatTemplate.of(files).orElseThrow().render(List.of(), false)).isEqualTo("three");
    }
}

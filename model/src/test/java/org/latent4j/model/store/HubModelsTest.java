package org.latent4j.model.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.latent4j.kernel.LatentException;
import org.latent4j.kernel.Progress;
import org.latent4j.model.store.ModelStore.Located;

class HubModelsTest {
    private static final byte[] WEIGHTS = StoreFixture.CONTENT;
    private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    @SuppressWarnings("NullAway.Init")
    private StoreFixture fixture;

    @SuppressWarnings("NullAway.Init")
    private FakeHub hub;

    @BeforeEach
    void start() throws IOException {
        fixture = new StoreFixture(folder);
        hub = new FakeHub();
        fixture.environment.put("HF_ENDPOINT", hub.url() + "/");
        hub.put("acme/one", "one-Q8_0.gguf", WEIGHTS);
        hub.put("acme/one", "README.md", new byte[10]);
    }

    @AfterEach
    void stop() {
        hub.close();
    }

    private Located locate(String name) {
        return fixture.store().locate(name, Progress.NONE);
    }

    private Path part() {
        return fixture.cache().resolve("hub/acme--one/main/gguf-one-Q8_0.gguf/one-Q8_0.gguf.part");
    }

    @Test
    void theOnlyGgufOfARepositoryIsFetchedAtTheListedCommit() throws IOException {
        Located located = locate("acme/one");
        assertThat(located.path()).hasFileName("one-Q8_0.gguf").hasBinaryContent(WEIGHTS);
        assertThat(located.origin()).isEqualTo("hub acme/one at 0123456789ab");
        assertThat(located.licence()).contains("apache-2.0");
        assertThat(hub.requestsFor("one-Q8_0.gguf")).extracting(FakeHub.Request::path)
                .containsExactly("/acme/one/resolve/" + COMMIT + "/one-Q8_0.gguf");
        fixture.offline = Optional.of("--offline");
        assertThat(locate("acme/one").fetched()).isFalse();
        assertThat(locate("acme/one:Q8_0").path()).isEqualTo(located.path());
        assertThat(hub.requests).hasSize(2);
    }

    @Test
    void aFolderIsFetchedWithConfigurationTokenizerAndEveryShardButNothingElse() throws IOException {
        for (String file : List.of("config.json", "tokenizer.json", "generation_config.json", "LICENSE", "pytorch_model.bin",
                "onnx/model.onnx",
                "consolidated.safetensors", "model.safetensors.index.json", "model-00001-of-00002.safetensors",
                "model-00002-of-00002.safetensors", "deep/er.json")) {
            hub.put("acme/folder", file, StoreFixture.content(1000, file.hashCode()));
        }
        Located located = locate("acme/folder@v2/x");
        assertThat(StoreFixture.filesIn(located.path())).containsExactly("LICENSE", "config.json", "generation_config.json",
                "latent4j.json",
                "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors", "model.safetensors.index.json", "tokenizer.json");
        assertThat(hub.requests.getFirst().path()).isEqualTo("/api/models/acme/folder/revision/v2/x");
        assertThat(located.path()).isEqualTo(fixture.cache().resolve("hub/acme--folder/v2--x/folder"));
    }

    @Test
    void ofSeveralGgufsOneHasToBeNamed() {
        hub.put("acme/two", "two.Q4_K_M.gguf", WEIGHTS);
        hub.put("acme/two", "two.IQ4_K_M.gguf", WEIGHTS);
        hub.put("acme/two", "sub/two-f16-00001-of-00002.gguf", WEIGHTS);
        hub.put("acme/two", "sub/two-f16-00002-of-00002.gguf", WEIGHTS);
        hub.put("acme/two", "mmproj-two.gguf", WEIGHTS);
        assertThatThrownBy(() -> locate("acme/two"))
                .isInstanceOf(LatentException.class)
                .hasMessage(
                        "acme/two holds 3 models; name one: acme/two:sub/two-f16-00001-of-00002.gguf, acme/two:two.IQ4_K_M.gguf, acme/two:two.Q4_K_M.gguf");
        assertThatThrownBy(() -> locate("acme/two:Q5_0")).hasMessageContaining("acme/two holds no 'Q5_0'; name one: ");
        assertThat(locate("acme/two:q4_k_m").path()).hasFileName("two.Q4_K_M.gguf");
        assertThat(locate("acme/two:F16").path()).hasFileName("two-f16-00001-of-00002.gguf").hasSameBinaryContentAs(
                locate("acme/two:F16").path().resolveSibling("two-f16-00002-of-00002.gguf"));
    }

    @Test
    void aCutConnectionIsResumedWhereItBroke() {
        hub.trouble("one-Q8_0.gguf", FakeHub.cutAfter(100_000, hub.tag));
        assertThat(locate("acme/one").path()).hasBinaryContent(WEIGHTS);
        List<FakeHub.Request> requests = hub.requestsFor("one-Q8_0.gguf");
        assertThat(requests).hasSize(2);
        assertThat(requests.getLast().range()).matches("bytes=[0-9]+-");
        assertThat(requests.getLast().ifRange()).isEqualTo(hub.tag);
    }

    @Test
    void whatAnInterruptedProcessLeftIsGoneOnFrom() throws IOException {
        StoreFixture.write(part(), Arrays.copyOf(WEIGHTS, 123_456));
        StoreFixture.write(part().resolveSibling("one-Q8_0.gguf.part.etag"), hub.tag);
        Located located = locate("acme/one");
        assertThat(located.path()).hasBinaryContent(WEIGHTS);
        assertThat(hub.requestsFor("one-Q8_0.gguf")).extracting(FakeHub.Request::range).containsExactly("bytes=123456-");
        assertThat(part()).doesNotExist();
        assertThat(part().resolveSibling("one-Q8_0.gguf.part.etag")).doesNotExist();
    }

    @Test
    void aPartOfAnotherVersionIsFetchedAnew() throws IOException {
        StoreFixture.write(part(), new byte[123_456]);
        StoreFixture.write(part().resolveSibling("one-Q8_0.gguf.part.etag"), "\"v0\"");
        assertThat(locate("acme/one").path()).hasBinaryContent(WEIGHTS);
        assertThat(hub.requestsFor("one-Q8_0.gguf")).hasSize(1);
    }

    @Test
    void aDamagedPartIsFoundOutByItsHashAndFetchedAnew() throws IOException {
        StoreFixture.write(part(), new byte[123_456]);
        StoreFixture.write(part().resolveSibling("one-Q8_0.gguf.part.etag"), hub.tag);
        assertThat(locate("acme/one").path()).hasBinaryContent(WEIGHTS);
        assertThat(hub.requestsFor("one-Q8_0.gguf")).extracting(FakeHub.Request::range).containsExactly("bytes=123456-", null);
    }

    @Test
    void aPartThatIsWholeNeedsNoRequestAndOneThatIsTooLongIsFetchedAnew() throws IOException {
        StoreFixture.write(part(), WEIGHTS);
        assertThat(locate("acme/one").path()).hasBinaryContent(WEIGHTS);
        assertThat(hub.requestsFor("one-Q8_0.gguf")).isEmpty();
        fixture.store().remove("acme/one");
        StoreFixture.write(part(), Arrays.copyOf(WEIGHTS, WEIGHTS.length + 1));
        assertThat(locate("acme/one").path()).hasBinaryContent(WEIGHTS);
    }

    @Test
    void aServerWithoutRangesIsReadFromTheStart() throws IOException {
        hub.ranges = false;
        StoreFixture.write(part(), Arrays.copyOf(WEIGHTS, 123_456));
        assertThat(locate("acme/one").path()).hasBinaryContent(WEIGHTS);
    }

    @Test
    void aConnectionThatIsCutAgainAndAgainLeavesAPartForTheNextTry() throws IOException {
        hub.trouble("one-Q8_0.gguf", new FakeHub.Trouble() {
            @Override
            public boolean meet(com.sun.net.httpserver.HttpExchange exchange, byte[] content) throws IOException {
                hub.trouble("one-Q8_0.gguf", this);
                return FakeHub.cutAfter(1000, hub.tag).meet(exchange, content);
            }
        });
        assertThatThrownBy(() -> locate("acme/one")).isInstanceOf(LatentException.class)
                .hasMessageContaining("one-Q8_0.gguf of 127.0.0.1: ");
        assertThat(Files.size(part())).isBetween(1L, 1000L);
        assertThat(fixture.store().entries(_ -> Details.UNKNOWN)).extracting(Entry::name).doesNotContain("acme/one");
    }

    @Test
    void aFileThatIsntWhatTheListingSaysIsRefused() throws IOException {
        hub.trouble("one-Q8_0.gguf", FakeHub.other(StoreFixture.content(WEIGHTS.length, 9)));
        assertThatThrownBy(() -> locate("acme/one")).isInstanceOf(LatentException.class).hasMessageContaining("has SHA-256")
                .hasMessageContaining("is expected");
        assertThat(part()).doesNotExist();
        hub.trouble("one-Q8_0.gguf", FakeHub.other(new byte[WEIGHTS.length + 1]));
        assertThatThrownBy(() -> locate("acme/one")).hasMessageContaining("has 300001 bytes, but 300000 are expected");
    }

    @Test
    void theTokenIsShownToTheHubAndToNobodyElse() throws IOException {
        try (FakeHub elsewhere = new FakeHub()) {
            elsewhere.put("acme/one", "one-Q8_0.gguf", WEIGHTS);
            hub.redirectTo(elsewhere.url());
            fixture.environment.put("HF_TOKEN", "hf_secret");
            assertThat(locate("acme/one").path()).hasBinaryContent(WEIGHTS);
            assertThat(hub.requests).extracting(FakeHub.Request::authorization).containsOnly("Bearer hf_secret");
            assertThat(elsewhere.requests).hasSize(1).extracting(FakeHub.Request::authorization).containsOnlyNulls();
        }
    }

    @Test
    void theTokenMayBeInTheFileOfHuggingFacesPrograms() throws IOException {
        StoreFixture.write(fixture.home.resolve(".cache/huggingface/token"), "hf_stored\n");
        locate("acme/one");
        assertThat(hub.requests).extracting(FakeHub.Request::authorization).containsOnly("Bearer hf_stored");
        fixture.environment.put("HF_TOKEN", "hf secret");
        assertThatThrownBy(() -> locate("acme/other")).hasMessageContaining("HF_TOKEN holds no token").message().doesNotContain("secret");
    }

    @ParameterizedTest
    @ValueSource(strings = {"file:///etc/passwd", "ftp://127.0.0.1/x", "", "http://[", "jar:http://127.0.0.1/x!/y"})
    void onlyHttpIsFollowed(String location) {
        hub.trouble("one-Q8_0.gguf", (exchange, _) -> {
            exchange.getResponseHeaders().set("Location", location);
            exchange.sendResponseHeaders(302, -1);
            return true;
        });
        assertThatThrownBy(() -> locate("acme/one")).isInstanceOf(LatentException.class).hasMessageContaining("127.0.0.1 redirects to ");
    }

    @Test
    void redirectsInACircleEnd() {
        hub.redirectTo(hub.url());
        assertThatThrownBy(() -> locate("acme/one")).hasMessageContaining("redirects more than 8 times");
    }

    @ParameterizedTest
    @CsvSource({"401,set HF_TOKEN", "403,set HF_TOKEN", "404,there is no such model", "429,wait a little", "500,try again later",
        "503,try again later"})
    void refusalsSayWhatToDo(int status, String advice) {
        hub.trouble("listing", FakeHub.status(status));
        assertThatThrownBy(() -> locate("acme/one"))
                .isInstanceOf(LatentException.class)
                .hasMessageContaining("model acme/one can't be fetched: 127.0.0.1 answers %d".formatted(status))
                .hasMessageContaining(advice);
        hub.trouble("one-Q8_0.gguf", FakeHub.status(status));
        assertThatThrownBy(() -> locate("acme/one")).hasMessageContaining(advice);
        assertThat(locate("acme/one").path()).as("the trouble is over").hasBinaryContent(WEIGHTS);
    }

    @Test
    void aServerThatTakesTheCallAndSaysNothingIsNoticed() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            fixture.environment.put("HF_ENDPOINT", "http://127.0.0.1:" + silent.getLocalPort());
            fixture.limits = new HubClient.Limits(Duration.ofMillis(300), Duration.ofSeconds(20));
            assertThatThrownBy(() -> locate("acme/one")).isInstanceOf(LatentException.class)
                    .hasMessageContaining("127.0.0.1 didn't answer within");
        }
    }

    @Test
    void aBodyThatStopsComingIsNoticed() {
        fixture.limits = new HubClient.Limits(Duration.ofMillis(500), Duration.ofMillis(300));
        hub.trouble("one-Q8_0.gguf", (exchange, content) -> {
            exchange.sendResponseHeaders(200, content.length);
            exchange.getResponseBody().write(content, 0, 1000);
            exchange.getResponseBody().flush();
            try {
                Thread.sleep(Duration.ofMinutes(1)); // ended by the server's stop
            } catch (InterruptedException e) {
                return true;
            }
            return true;
        });
        assertThat(locate("acme/one").path()).as("the second try goes on").hasBinaryContent(WEIGHTS);
        assertThat(hub.requestsFor("one-Q8_0.gguf")).hasSize(2);
    }

    @Test
    void theStandardLimitNoticesAnUnreachableHubWithinFiveSeconds() {
        assertThat(HubClient.Limits.STANDARD.answer()).isLessThan(Duration.ofSeconds(5));
    }

    @Test
    void namesOfFilesThatLeadOutOfTheFolderAreNoFilesOfTheRepository() throws IOException {
        for (String attack : List.of("../../../evil.gguf", "/etc/evil.gguf", "a\\..\\evil.gguf", "C:evil.gguf")) {
            hub.put("acme/evil", attack, WEIGHTS);
        }
        assertThatThrownBy(() -> locate("acme/evil")).isInstanceOf(LatentException.class)
                .hasMessageContaining("acme/evil holds no model that can be opened");
        assertThat(hub.requests).hasSize(1);
        hub.put("acme/evil", "good.gguf", WEIGHTS);
        locate("acme/evil");
        assertThat(StoreFixture.filesIn(folder)).filteredOn(file -> file.contains("evil.gguf")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"acme/..", "../acme", "acme/one:../../x.gguf", "acme/one:/etc/passwd", "acme/one@../main", "acme/-one",
        "acme/o ne", "acme/one@", "acme/one:a\\b", "acme/öne"})
    void namesThatArentOnesNeverReachTheHub(String name) {
        assertThatThrownBy(() -> locate(name)).isInstanceOf(LatentException.class);
        assertThat(hub.requests).isEmpty();
    }

    @Test
    void aListingThatCantBeReadIsTheHubsMistake() {
        hub.trouble("listing", FakeHub.other("{\"siblings\": [".getBytes(java.nio.charset.StandardCharsets.UTF_8)));
        assertThatThrownBy(() -> locate("acme/one")).isInstanceOf(LatentException.class)
                .hasMessageContaining("lists acme/one in a way that can't be read");
    }

    @ParameterizedTest
    @ValueSource(strings = {"huggingface", "ftp://host", "http://", "http://user:password@host", "http://host?x=1"})
    void anEndpointThatIsNoneIsNamed(String endpoint) {
        fixture.environment.put("HF_ENDPOINT", endpoint);
        assertThatThrownBy(() -> locate("acme/one")).isInstanceOf(LatentException.class)
                .hasMessageStartingWith("HF_ENDPOINT is no address: ");
    }

    @Test
    void removingFreesWhatWasFetchedAndWhatWasBegun() throws IOException {
        locate("acme/one");
        assertThat(fixture.store().remove("acme/one:Q8_0")).isGreaterThan(WEIGHTS.length);
        StoreFixture.write(part(), new byte[500]);
        assertThat(fixture.store().remove("acme/one")).isEqualTo(500);
        assertThat(fixture.cache().resolve("hub")).isEmptyDirectory();
        assertThatThrownBy(() -> fixture.store().remove("acme/one"))
                .hasMessageStartingWith("there is no model 'acme/one' in the cache to remove");
    }
}

package org.latent4j.model.store;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.latent4j.kernel.LatentException;

/**
 * Asks the hub. Redirects are followed by hand, so that the token stays with the endpoint and only HTTP is spoken; an answer must begin
 * within a few seconds, name look-up included, which no timeout of {@link HttpClient} covers.
 */
final class HubClient implements AutoCloseable {
    private static final int MOST_REDIRECTS = 8;

    private final HubAddress address;
    private final Limits limits;
    private final HttpClient client;

    /**
     * How patient to be.
     *
     * @param answer until an answer begins
     * @param silence between two pieces of an answer
     */
    record Limits(Duration answer, Duration silence) {
        /** An unreachable hub is noticed within 5 s. */
        static final Limits STANDARD = new Limits(Duration.ofSeconds(4), Duration.ofSeconds(15));
    }

    HubClient(HubAddress address, Map<String, String> environment, Limits limits) {
        this.address = address;
        this.limits = limits;
        client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1) // the files come from servers that gain nothing by HTTP/2
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(limits.answer())
                .proxy(new EnvironmentProxy(environment))
                .build();
    }

    /**
     * The head of an answer of status 200, 206 or 416, and the body to come.
     *
     * @param linkedSha256 what the hub says the file's SHA-256 is
     * @param linkedSize what the hub says the file's size is
     */
    record Answer(HttpResponse<HubBody> response, Optional<String> linkedSha256, OptionalLong linkedSize) implements AutoCloseable {
        int status() {
            return response.statusCode();
        }

        Optional<String> header(String name) {
            return response.headers().firstValue(name);
        }

        OptionalLong length() {
            return number(header("content-length"));
        }

        @Override
        public void close() {
            response.body().close();
        }
    }

    Limits limits() {
        return limits;
    }

    /** The endpoint's host, for messages. */
    String host() {
        return address.endpoint().getHost();
    }

    URI endpoint() {
        return address.endpoint();
    }

    /**
     * Asks for a path of the hub.
     *
     * @throws FetchException if the hub can't be reached, doesn't answer in time, or refuses
     */
    Answer get(String path, Map<String, String> headers) throws FetchException {
        URI uri = address.at(path);
        Optional<String> linkedSha256 = Optional.empty();
        OptionalLong linkedSize = OptionalLong.empty();
        for (int hop = 0; hop <= MOST_REDIRECTS; hop++) {
            HttpResponse<HubBody> response = send(uri, headers);
            if (address.isOwn(uri)) {
                linkedSha256 = response.headers().firstValue("x-linked-etag").map(tag -> tag.replace("\"", "")).filter(Sha256::isHex);
                linkedSize = number(response.headers().firstValue("x-linked-size"));
            }
            int status = response.statusCode();
            if (status == 200 || status == 206 || status == 416) {
                return new Answer(response, linkedSha256, linkedSize);
            }
            response.body().close();
            if (status < 300 || status >= 400 || status == 304) {
                throw new FetchException(refusal(uri, status));
            }
            uri = redirected(uri, response);
        }
        throw new FetchException("%s redirects more than %d times".formatted(host(), MOST_REDIRECTS));
    }

    private HttpResponse<HubBody> send(URI uri, Map<String, String> headers) throws FetchException {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri).timeout(limits.answer()).header("User-Agent", "latent4j");
        headers.forEach(request::header);
        if (address.isOwn(uri)) {
            address.token().ifPresent(token -> request.header("Authorization", "Bearer " + token));
        }
        HttpRequest built = request.build();
        FutureTask<HttpResponse<HubBody>> task = new FutureTask<>(() -> client.send(built, _ -> new HubBody()));
        Thread asking = new Thread(task, "latent hub");
        asking.setDaemon(true);
        asking.start();
        try {
            return task.get(limits.answer().toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            task.cancel(true);
            throw silent(uri, e);
        } catch (ExecutionException e) {
            throw unreachable(uri, e.getCause() == null ? e : e.getCause());
        } catch (InterruptedException e) {
            task.cancel(true);
            Thread.currentThread().interrupt();
            throw new LatentException("interrupted while asking %s".formatted(uri.getHost()), e);
        }
    }

    private FetchException silent(URI uri, Throwable cause) {
        return new FetchException("%s didn't answer within %d s".formatted(uri.getHost(), Math.max(1, limits.answer().toSeconds())), cause);
    }

    private FetchException unreachable(URI uri, Throwable cause) {
        for (Throwable at = cause; at != null; at = at.getCause()) {
            switch (at) {
                case UnresolvedAddressException _,java.net.UnknownHostException _ -> {
                    return new FetchException("%s can't be found (is there a network?)".formatted(uri.getHost()), cause);
                }
                case HttpTimeoutException _ -> {
                    return silent(uri, cause);
                }
                case javax.net.ssl.SSLException e -> {
                    return new FetchException("no secure connection to %s: %s".formatted(uri.getHost(), e.getMessage()), cause);
                }
                default -> {
                }
            }
        }
        String message = cause.getMessage();
        return new FetchException("%s can't be reached%s".formatted(uri.getHost(), message == null ? "" : ": " + message), cause);
    }

    private String refusal(URI uri, int status) {
        String why = switch (status) {
            case 401, 403 -> address.token().isPresent()
                    ? "the token has no access to it: accept the model's terms on its page, or use another HF_TOKEN"
                    : "it wants a token, or there is no such model: accept the model's terms on its page and set HF_TOKEN";
            case 404 -> "there is no such model, revision or file";
            case 429 -> "too many requests: wait a little, or set HF_TOKEN";
            default -> status >= 500 ? "it is in trouble: try again later" : "it doesn't want to";
        };
        return "%s answers %d: %s".formatted(uri.getHost(), status, why);
    }

    private URI redirected(URI from, HttpResponse<HubBody> response) throws FetchException {
        String location = response.headers().firstValue("location").orElse("");
        try {
            URI to = from.resolve(location);
            boolean weaker = "https".equalsIgnoreCase(from.getScheme()) && "http".equalsIgnoreCase(to.getScheme());
            if (!location.isEmpty() && HubAddress.isHttp(to) && !weaker) {
                return to;
            }
        } catch (IllegalArgumentException e) {
            throw new FetchException("%s redirects to what is no address".formatted(from.getHost()), e);
        }
        throw new FetchException(
                "%s redirects to where latent doesn't follow: only http and https, and no http after https".formatted(from.getHost()));
    }

    static OptionalLong number(Optional<String> digits) {
        String text = digits.orElse("");
        boolean number = !text.isEmpty() && text.length() <= 18 && text.chars().allMatch(c -> c >= '0' && c <= '9');
        return number ? OptionalLong.of(Long.parseLong(text)) : OptionalLong.empty();
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}

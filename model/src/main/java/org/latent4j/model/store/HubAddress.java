package org.latent4j.model.store;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.latent4j.kernel.LatentException;

/**
 * Where the hub is and who asks.
 *
 * @param endpoint {@code HF_ENDPOINT}, or the public hub
 * @param token {@code HF_TOKEN}, or what Hugging Face's programs stored; shown to the endpoint's host alone
 */
record HubAddress(URI endpoint, Optional<String> token) {
    private static final String PUBLIC = "https://huggingface.co";
    private static final int LONGEST_TOKEN = 1000;

    /**
     * Reads the environment.
     *
     * @throws LatentException if what it names can't be used
     */
    static HubAddress of(Map<String, String> environment, Folders folders) {
        String named = environment.getOrDefault("HF_ENDPOINT", "").strip();
        return new HubAddress(endpoint(named.isEmpty() ? PUBLIC : named), token(environment, folders));
    }

    private static URI endpoint(String named) {
        try {
            URI endpoint = URI.create(named.endsWith("/") ? named.substring(0, named.length() - 1) : named);
            if (isHttp(endpoint) && endpoint.getQuery() == null && endpoint.getFragment() == null && endpoint.getUserInfo() == null) {
                return endpoint;
            }
        } catch (IllegalArgumentException e) {
            throw new LatentException("HF_ENDPOINT is no address: '%s'; it looks like https://host".formatted(named), e);
        }
        throw new LatentException("HF_ENDPOINT is no address: '%s'; it looks like https://host".formatted(named));
    }

    static boolean isHttp(URI uri) {
        String scheme = uri.getScheme();
        return uri.getHost() != null && scheme != null && (scheme.equalsIgnoreCase("http") || scheme.equalsIgnoreCase("https"));
    }

    private static Optional<String> token(Map<String, String> environment, Folders folders) {
        for (String name : new String[]{"HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"}) {
            String token = environment.getOrDefault(name, "").strip();
            if (!token.isEmpty()) {
                return Optional.of(plain(token, name));
            }
        }
        Optional<Path> file = folders.huggingFaceToken();
        try {
            if (file.isPresent() && Files.size(file.get()) <= LONGEST_TOKEN) {
                String token = new String(Files.readAllBytes(file.get()), StandardCharsets.UTF_8).strip();
                return token.isEmpty() ? Optional.empty() : Optional.of(plain(token, file.get().toString()));
            }
        } catch (IOException e) {
            return Optional.empty(); // a token that this user can't read isn't this user's
        }
        return Optional.empty();
    }

    /** A token goes into a header, and never into a message. */
    private static String plain(String token, String from) {
        if (token.length() > LONGEST_TOKEN || token.chars().anyMatch(c -> c <= ' ' || c >= 0x7f)) {
            throw new LatentException("%s holds no token: spaces or characters beyond ASCII are in it".formatted(from));
        }
        return token;
    }

    /** Where a path of the hub is; {@code path} is encoded already. */
    URI at(String path) {
        return URI.create(endpoint + path);
    }

    /** Whether a token may be shown there: the endpoint's own scheme, host and port. */
    boolean isOwn(URI uri) {
        return endpoint.getScheme().equalsIgnoreCase(uri.getScheme())
                && endpoint.getHost().equalsIgnoreCase(uri.getHost())
                && endpoint.getPort() == uri.getPort();
    }

    /** A part of a path as a URL writes it (RFC 3986, unreserved characters stay). */
    static String encoded(String part) {
        StringBuilder url = new StringBuilder();
        for (byte b : part.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 255);
            boolean plain = c < 128 && (Character.isLetterOrDigit(c) || "-._~".indexOf(c) >= 0);
            if (plain) {
                url.append(c);
            } else {
                url.append('%').append("0123456789ABCDEF".charAt(c >> 4)).append("0123456789ABCDEF".charAt(c & 15));
            }
        }
        return url.toString();
    }

    /** A path of several parts, {@code /} between them kept. */
    static String encodedPath(String path) {
        StringBuilder url = new StringBuilder();
        for (String part : path.split("/", -1)) {
            url.append(url.isEmpty() ? "" : "/").append(encoded(part));
        }
        return url.toString();
    }
}

package org.latent4j.workbench.map;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Objects;

/**
 * The page without its data, put together from the files beside this class: {@code map.html} with its style, the two libraries that draw,
 * and the page's own scripts, which make one.
 *
 * @param head up to where the data stand that are drawn first
 * @param script what draws
 * @param tail from where all data have been written
 */
record Template(String head, String script, String tail) {
    private static final List<String> LIBRARIES = List.of("vendor/regl.min.js", "vendor/regl-scatterplot.min.js");
    private static final List<String> OWN = List.of("data.js", "colours.js", "flat.js", "solid.js", "telling.js", "page.js", "views.js",
            "start.js");

    static Template load() throws IOException {
        String style = file("map.css");
        String libraries = "/*!\n" + file("vendor/LICENSES.txt") + "*/\n" + file("publish.js") + all(LIBRARIES);
        String own = "'use strict';\n(() => {\n" + all(OWN) + "})();\n";
        String page = file("map.html").replace("@STYLE-HASH@", hash(style)).replace("@SCRIPT-HASH@", hash(own))
                .replace("@LIBRARY-HASH@", hash(libraries));
        int styled = page.indexOf("@STYLE@");
        int data = page.indexOf("@DATA@");
        String head = page.substring(0, styled) + style + page.substring(styled + "@STYLE@".length(), data);
        String script = "<script>" + libraries + "</script>\n<script>" + own + "</script>\n";
        return new Template(head, script, page.substring(data + "@DATA@".length()));
    }

    private static String all(List<String> names) throws IOException {
        StringBuilder text = new StringBuilder();
        for (String name : names) {
            text.append(file(name)).append('\n');
        }
        return text.toString();
    }

    private static String file(String name) throws IOException {
        try (InputStream in = Objects.requireNonNull(Template.class.getResourceAsStream(name), name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).replace("\r\n", "\n");
        }
    }

    /** The SHA-256 of an element's text, as a Content-Security-Policy wants it. */
    private static String hash(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}

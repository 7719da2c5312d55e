package org.latent4j.model.store;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.latent4j.model.store.CatalogueModel.Fallback;
import org.latent4j.model.store.CatalogueModel.HubPlace;
import org.latent4j.model.store.CatalogueModel.Kind;
import org.latent4j.model.store.CatalogueModel.Member;
import org.latent4j.model.store.CatalogueModel.PackageParts;
import org.latent4j.model.store.CatalogueModel.PinnedFile;

/** The models known by a short name, each file pinned by its SHA-256: the resource {@code catalogue.json}. */
public final class Catalogue {
    /** Goes up whenever a pin changes: a model that was fetched by this edition needn't be compared with the pins. */
    static final int EDITION = 1;

    private final Map<String, CatalogueModel> models = new LinkedHashMap<>();
    private final String defaultName;

    private Catalogue(Json.Members json) {
        defaultName = required(json, "default");
        for (Json.Members model : json.list("models")) {
            models.put(required(model, "name"), model(model));
        }
    }

    /** The catalogue that is shipped. */
    public static Catalogue standard() {
        try (InputStream in = Catalogue.class.getResourceAsStream("catalogue.json")) {
            if (in == null) {
                throw new IllegalStateException("catalogue.json isn't beside Catalogue.class");
            }
            return parse(in.readAllBytes());
        } catch (IOException e) {
            throw new IllegalStateException("catalogue.json can't be read", e);
        }
    }

    static Catalogue parse(byte[] json) throws IOException {
        return new Catalogue(Json.parse(json));
    }

    /** All models, the default first. */
    public List<CatalogueModel> models() {
        return List.copyOf(models.values());
    }

    /** The model of a name, as it is written. */
    public Optional<CatalogueModel> find(String name) {
        return Optional.ofNullable(models.get(name));
    }

    /** The name of the language model that is opened where none is asked for. */
    public String defaultName() {
        return defaultName;
    }

    private static CatalogueModel model(Json.Members json) {
        return new CatalogueModel(
                required(json, "name"),
                kind(required(json, "kind")),
                required(json, "about"),
                required(json, "licence"),
                required(json, "licenceUrl"),
                details(json),
                required(json, "open"),
                json.list("files").stream().map(Catalogue::file).toList(),
                json.members("hub").map(hub -> new HubPlace(required(hub, "repository"), required(hub, "revision"))),
                json.members("fallback").map(Catalogue::fallback));
    }

    private static Kind kind(String label) {
        return Arrays.stream(Kind.values())
                .filter(kind -> kind.label().equals(label))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("catalogue.json: no kind '%s'".formatted(label)));
    }

    private static Details details(Json.Members json) {
        return new Details(
                json.string("architecture"), count(json, "layers"), count(json, "width"), json.string("quantisation"));
    }

    static OptionalInt count(Json.Members json, String name) {
        OptionalLong count = json.integer(name);
        return count.isPresent() && count.getAsLong() >= 0 && count.getAsLong() <= Integer.MAX_VALUE
                ? OptionalInt.of((int) count.getAsLong())
                : OptionalInt.empty();
    }

    private static PinnedFile file(Json.Members json) {
        return new PinnedFile(required(json, "path"), size(json), required(json, "sha256"));
    }

    private static Fallback fallback(Json.Members json) {
        return new Fallback(
                required(json, "client"),
                required(json, "licence"),
                json.list("packages").stream().map(Catalogue::parts).toList());
    }

    private static PackageParts parts(Json.Members json) {
        List<Member> members = json.list("members").stream()
                .map(member -> new Member(required(member, "member"), required(member, "file")))
                .toList();
        return new PackageParts(required(json, "name"), size(json), members);
    }

    private static long size(Json.Members json) {
        return json.integer("size").orElseThrow(() -> new IllegalStateException("catalogue.json: 'size' is missing"));
    }

    private static String required(Json.Members json, String name) {
        return json.string(name)
                .orElseThrow(() -> new IllegalStateException("catalogue.json: '%s' is missing".formatted(name)));
    }
}

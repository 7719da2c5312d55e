package org.latent4j.model.store;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.latent4j.kernel.Progress;
import org.latent4j.model.store.HubDownload.HubFile;
import org.latent4j.model.store.Sidecar.StoredFile;

/** Fetches models from the hub: asks what a repository holds, and takes files out of it. */
final class HubFetch {
    private static final int LARGEST_LISTING = 32 << 20;
    private static final int MOST_FILES = 50_000;

    private final HubClient client;
    private final DiskSpace disk;

    HubFetch(HubClient client, DiskSpace disk) {
        this.client = client;
        this.disk = disk;
    }

    /**
     * What the hub says of a repository at a revision.
     *
     * @param commit the revision's commit
     * @param licence by its identifier there: {@code apache-2.0}
     * @param files by path; those with names that could lead out of a folder are left out
     */
    record Repository(String name, String commit, Optional<String> licence, Map<String, HubFile> files) {
        List<String> paths() {
            return List.copyOf(files.keySet());
        }
    }

    /**
     * Asks what a repository holds.
     *
     * @throws FetchException if the hub can't be reached or refuses
     */
    Repository repository(String name, String revision) throws IOException {
        String path = "/api/models/%s/revision/%s?blobs=true".formatted(HubAddress.encodedPath(name), HubAddress.encoded(revision));
        Json.Members json;
        try (HubClient.Answer answer = client.get(path, Map.of("Accept", "application/json"))) {
            json = Json.parse(all(answer));
        } catch (Json.MalformedException e) {
            throw new FetchException("%s lists %s in a way that can't be read: %s".formatted(client.host(), name, e.getMessage()), e);
        }
        Map<String, HubFile> files = new LinkedHashMap<>();
        for (Json.Members sibling : json.list("siblings").stream().limit(MOST_FILES).toList()) {
            Optional<String> file = sibling.string("rfilename").filter(RepositoryPath::isSafe);
            Optional<String> sha256 = sibling.members("lfs").flatMap(lfs -> lfs.string("sha256")).filter(Sha256::isHex);
            file.ifPresent(there -> files.put(there, new HubFile(there, sibling.integer("size"), sha256)));
        }
        Optional<String> commit = json.string("sha").filter(sha -> RepositoryPath.isSafe(sha) && sha.indexOf('/') < 0);
        return new Repository(name, commit.orElse(revision), licence(json), files);
    }

    private static Optional<String> licence(Json.Members json) {
        return json.members("cardData")
                .flatMap(card -> card.string("license"))
                .or(() -> json.strings("tags").stream()
                        .filter(tag -> tag.startsWith("license:"))
                        .map(tag -> tag.substring("license:".length()))
                        .findFirst());
    }

    private byte[] all(HubClient.Answer answer) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            for (List<ByteBuffer> buffers; !(buffers = answer.response().body().next(client.limits().answer())).isEmpty();) {
                for (ByteBuffer buffer : buffers) {
                    byte[] piece = new byte[buffer.remaining()];
                    buffer.get(piece);
                    bytes.writeBytes(piece);
                }
                if (bytes.size() > LARGEST_LISTING) {
                    throw new FetchException("%s lists more than %d bytes of file names".formatted(client.host(), LARGEST_LISTING));
                }
            }
        } catch (FetchException e) {
            throw e;
        } catch (IOException e) {
            throw new FetchException("%s: %s".formatted(client.host(), e.getMessage()), e);
        }
        return bytes.toByteArray();
    }

    /**
     * Puts files of a repository into a folder.
     *
     * @param what the model, for progress
     * @return the files with their hashes
     * @throws FetchException if one can't be had
     */
    List<StoredFile> fetch(String repository, String revision, List<HubFile> files, Path folder, String what, Progress progress)
            throws IOException {
        long total = files.stream().allMatch(file -> file.size().isPresent())
                ? files.stream().mapToLong(file -> file.size().orElse(0)).sum()
                : -1;
        List<StoredFile> stored = new ArrayList<>();
        long before = 0;
        for (HubFile file : files) {
            String url = "/%s/resolve/%s/%s"
                    .formatted(HubAddress.encodedPath(repository), HubAddress.encoded(revision), HubAddress.encodedPath(file.path()));
            long base = before;
            String sha256 = new HubDownload(client, disk, url, file, folder,
                    done -> progress.report("Fetching " + what, base + done, total, Progress.Unit.BYTES))
                    .fetch();
            StoredFile fetched = StoredFile.of(folder, file.path(), sha256);
            stored.add(fetched);
            before += fetched.size();
        }
        progress.report("Fetching " + what, before, before, Progress.Unit.BYTES);
        return stored;
    }
}

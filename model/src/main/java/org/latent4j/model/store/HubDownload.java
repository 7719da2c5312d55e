package org.latent4j.model.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongConsumer;
import org.latent4j.kernel.LatentException;

/**
 * Fetches one file of the hub. It grows as {@code FILE.part}, which the next try goes on from (RFC 9110, ranges) whether this process
 * lost its connection or its life; verified, it is moved to its name.
 */
final class HubDownload {
    private static final long LARGEST_UNANNOUNCED = 1L << 30;
    private static final int FRUITLESS_TRIES = 2;
    private static final long PAUSE_MILLIS = 200;

    private final HubClient client;
    private final DiskSpace disk;
    private final String url;
    private final HubFile file;
    private final Path target;
    private final Path part;
    private final Path tagFile;
    private final LongConsumer done;

    /**
     * A file of a repository.
     *
     * @param path within the repository
     * @param size in bytes, if known
     * @param sha256 if known
     */
    record HubFile(String path, OptionalLong size, Optional<String> sha256) {}

    /** Fetches {@code file} from {@code url}, a path of the hub, into {@code folder}; {@code done} hears how many bytes are there. */
    HubDownload(HubClient client, DiskSpace disk, String url, HubFile file, Path folder, LongConsumer done) {
        this.client = client;
        this.disk = disk;
        this.url = url;
        this.file = file;
        this.done = done;
        target = folder.resolve(file.path());
        part = target.resolveSibling(target.getFileName() + ".part");
        tagFile = target.resolveSibling(target.getFileName() + ".part.etag");
    }

    /**
     * Fetches the file, or finds that it is there.
     *
     * @return its SHA-256
     * @throws FetchException if it can't be had from the hub, or isn't what was expected
     * @throws LatentException if it can't be written
     */
    String fetch() throws FetchException {
        try {
            Files.createDirectories(folder());
            Optional<String> already = alreadyThere();
            return already.isPresent() ? already.get() : fetchInTries();
        } catch (FetchException e) {
            throw e;
        } catch (IOException e) {
            throw disk.writingFailed(folder(), e);
        }
    }

    /** A file that an earlier try finished; without a hash to compare nobody knows whether it is of the same revision. */
    private Optional<String> alreadyThere() throws IOException {
        if (file.sha256().isEmpty() || !Files.isRegularFile(target)) {
            return Optional.empty();
        }
        Sha256 sha256 = new Sha256();
        sha256.add(target, _ -> {});
        done.accept(Files.size(target));
        return Optional.of(sha256.hex()).filter(file.sha256().get()::equals);
    }

    private String fetchInTries() throws IOException {
        for (int fruitless = 0;;) {
            long before = partSize();
            try {
                return fetchOnce(before);
            } catch (InterruptedDownloadException e) {
                fruitless = partSize() > before ? 0 : fruitless + 1;
                if (fruitless >= FRUITLESS_TRIES) {
                    throw new FetchException("%s of %s: %s".formatted(file.path(), client.host(), e.getMessage()), e);
                }
            }
            pause();
        }
    }

    /** The connection was lost, or what was there before turned out to be of no use: worth another try. */
    private static final class InterruptedDownloadException extends IOException {
        private static final long serialVersionUID = 1L;

        InterruptedDownloadException(String message, Throwable cause) {
            super(message, cause);
        }

        InterruptedDownloadException(String message) {
            super(message);
        }
    }

    private long partSize() throws IOException {
        return Files.isRegularFile(part) ? Files.size(part) : 0;
    }

    private String fetchOnce(long before) throws IOException {
        long size = file.size().orElse(-1);
        long from = before;
        if (from > 0 && (size >= 0 && from > size || file.sha256().isEmpty() && tag().isEmpty())) {
            forget();
            from = 0;
        }
        if (from > 0 && from == size) {
            return verified(hashOfPart(), from, size, true);
        }
        try (HubClient.Answer answer = client.get(url, range(from))) {
            if (answer.status() == 416) {
                forget();
                throw new InterruptedDownloadException("%s has no bytes from %d on".formatted(file.path(), from));
            }
            requireSame(answer);
            return receive(answer, answer.status() == 206 ? from : 0);
        }
    }

    private Map<String, String> range(long from) throws IOException {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Accept-Encoding", "identity");
        if (from > 0) {
            headers.put("Range", "bytes=" + from + "-");
            tag().ifPresent(tag -> headers.put("If-Range", tag));
        }
        return headers;
    }

    private Optional<String> tag() throws IOException {
        return Files.isRegularFile(tagFile) && Files.size(tagFile) < 1000
                ? Optional.of(new String(Files.readAllBytes(tagFile), StandardCharsets.US_ASCII)).filter(HubDownload::isStrong)
                : Optional.empty();
    }

    /** Only a strong entity tag may say that bytes are the same. */
    private static boolean isStrong(String tag) {
        return tag.length() > 2 && tag.startsWith("\"") && tag.endsWith("\"") && tag.chars().allMatch(c -> c > ' ' && c < 0x7f);
    }

    private void requireSame(HubClient.Answer answer) throws FetchException {
        boolean otherHash = file.sha256().isPresent() && answer.linkedSha256().isPresent() && !file.sha256().equals(answer.linkedSha256());
        boolean otherSize = file.size().isPresent() && answer.linkedSize().isPresent() && !file.size().equals(answer.linkedSize());
        if (otherHash || otherSize) {
            throw new FetchException("%s has another %s than the one that is expected".formatted(client.host(), file.path()));
        }
    }

    private String receive(HubClient.Answer answer, long from) throws IOException {
        if (from > 0 && !answer.header("content-range").orElse("").startsWith("bytes " + from + "-")) {
            forget();
            throw new InterruptedDownloadException("%s answers with another range than the one asked for".formatted(client.host()));
        }
        OptionalLong length = answer.length();
        long announced = length.isPresent() ? from + length.getAsLong() : -1;
        long size = file.size().orElse(announced);
        if (announced >= 0 && announced != size) {
            throw new FetchException("%s of %s has %d bytes, but %d are expected".formatted(file.path(), client.host(), announced, size));
        }
        disk.require(folder(), Math.max(0, size - from), file.path());
        Sha256 sha256 = from > 0 ? hashOfPart() : new Sha256();
        if (from == 0) {
            forget();
        }
        Optional<String> tag = answer.header("etag").filter(HubDownload::isStrong);
        if (tag.isPresent()) {
            Files.write(tagFile, tag.get().getBytes(StandardCharsets.US_ASCII));
        }
        long end = append(answer, from, size >= 0 ? size : LARGEST_UNANNOUNCED, sha256);
        return verified(sha256, end, size >= 0 ? size : end, from > 0);
    }

    private Sha256 hashOfPart() throws IOException {
        Sha256 sha256 = new Sha256();
        sha256.add(part, _ -> {});
        return sha256;
    }

    /** Returns where the file ends now. */
    private long append(HubClient.Answer answer, long from, long most, Sha256 sha256) throws IOException {
        long end = from;
        try (FileChannel channel = FileChannel.open(part, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            channel.truncate(from).position(from);
            for (List<ByteBuffer> buffers; !(buffers = next(answer, end == from)).isEmpty();) {
                for (ByteBuffer buffer : buffers) {
                    if (end + buffer.remaining() > most) {
                        forget();
                        throw new FetchException(
                                "%s of %s has more than the %d bytes that are expected".formatted(file.path(), client.host(), most));
                    }
                    end += buffer.remaining();
                    sha256.add(buffer.duplicate());
                    while (buffer.hasRemaining()) {
                        channel.write(buffer);
                    }
                }
                done.accept(end);
            }
        }
        return end;
    }

    private List<ByteBuffer> next(HubClient.Answer answer, boolean first) throws InterruptedDownloadException {
        try {
            return answer.response().body().next(first ? client.limits().answer() : client.limits().silence());
        } catch (IOException e) {
            throw new InterruptedDownloadException(String.valueOf(e.getMessage()), e);
        }
    }

    private String verified(Sha256 sha256, long end, long size, boolean resumed) throws IOException {
        String found = sha256.hex();
        if (end < size) {
            throw new InterruptedDownloadException("only %d of %d bytes came".formatted(end, size));
        }
        if (file.sha256().isPresent() && !found.equals(file.sha256().get())) {
            forget();
            String wrong = "%s of %s has SHA-256 %s, but %s is expected".formatted(file.path(), client.host(), found, file.sha256().get());
            throw resumed ? new InterruptedDownloadException(wrong) : new FetchException(wrong);
        }
        Files.deleteIfExists(tagFile);
        AtomicFile.move(part, target);
        return found;
    }

    private void forget() throws IOException {
        Files.deleteIfExists(part);
        Files.deleteIfExists(tagFile);
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LatentException("interrupted; what was fetched stays, the next try goes on from it", e);
        }
    }

    /** Where the file is written to. */
    private Path folder() {
        return Objects.requireNonNull(target.toAbsolutePath().getParent());
    }
}

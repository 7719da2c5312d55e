package org.latent4j.model.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PackageArchiveTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    private Map<String, byte[]> read(Path archive, String... wanted) throws IOException {
        Map<String, byte[]> found = new LinkedHashMap<>();
        PackageArchive.read(archive, Set.of(wanted), (member, content) -> found.put(member, content.readAllBytes()));
        return found;
    }

    /** POSIX ustar, as npm writes it. */
    private static void member(ByteArrayOutputStream tar, String prefix, String name, char type, String size, byte[] content) {
        byte[] header = new byte[512];
        put(header, 0, name);
        put(header, 124, size);
        header[156] = (byte) type;
        put(header, 257, "ustar\00000");
        put(header, 345, prefix);
        tar.writeBytes(header);
        tar.writeBytes(Arrays.copyOf(content, (content.length + 511) / 512 * 512));
    }

    private static void put(byte[] header, int at, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        System.arraycopy(bytes, 0, header, at, bytes.length);
    }

    private static void member(ByteArrayOutputStream tar, String name, byte[] content) {
        member(tar, "", name, '0', "%011o".formatted(content.length), content);
    }

    private Path tgz(ByteArrayOutputStream tar) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write(tar.toByteArray());
        }
        return Files.write(folder.resolve("package-1.0.0.tgz"), bytes.toByteArray());
    }

    @Test
    void wantedMembersOfATarballAreGivenWholeAndOthersPassedOver() throws IOException {
        byte[] first = StoreFixture.content(1000, 1);
        byte[] second = StoreFixture.content(1024, 2);
        ByteArrayOutputStream tar = new ByteArrayOutputStream();
        member(tar, "package/other", StoreFixture.content(700, 3));
        member(tar, "", "package", '5', "00000000000", new byte[0]);
        member(tar, "package/a.json", first);
        member(tar, "", "package/link", '2', "00000000000", new byte[0]);
        member(tar, "package/deep", "b.json", '0', "%011o".formatted(second.length), second);
        tar.writeBytes(new byte[1024]);
        Map<String, byte[]> found = read(tgz(tar), "package/a.json", "package/deep/b.json");
        assertThat(found.get("package/a.json")).isEqualTo(first);
        assertThat(found.get("package/deep/b.json")).isEqualTo(second);
    }

    @Test
    void aLinkIsNoFileOfItsName() throws IOException {
        ByteArrayOutputStream tar = new ByteArrayOutputStream();
        member(tar, "", "package/a.json", '2', "00000000000", new byte[0]);
        assertThatThrownBy(() -> read(tgz(tar), "package/a.json")).isInstanceOf(FetchException.class)
                .hasMessage("package-1.0.0.tgz has no package/a.json");
    }

    @Test
    void aTarballThatEndsEarlyOrIsNoneIsRefused() throws IOException {
        ByteArrayOutputStream cut = new ByteArrayOutputStream();
        member(cut, "", "package/a.json", '0', "77777777777", new byte[512]);
        assertThatThrownBy(() -> read(tgz(cut), "package/a.json")).isInstanceOf(FetchException.class).hasMessageContaining("is damaged");
        assertThatThrownBy(() -> read(tgz(cut), "package/b.json")).isInstanceOf(FetchException.class);
        ByteArrayOutputStream odd = new ByteArrayOutputStream();
        member(odd, "", "package/a.json", '0', "-1", new byte[512]);
        assertThatThrownBy(() -> read(tgz(odd), "package/a.json")).isInstanceOf(FetchException.class)
                .hasMessageContaining("is no tar archive");
        Path noGzip = Files.write(folder.resolve("x.tgz"), new byte[100]);
        assertThatThrownBy(() -> read(noGzip, "package/a.json")).isInstanceOf(FetchException.class).hasMessageContaining("is damaged");
    }

    @Test
    void aWheelsMembersAreFoundByTheirExactNames() throws IOException {
        Path wheel = folder.resolve("tiny-1.0-py3-none-any.whl");
        StoreFixture.zip(wheel, Map.of("tiny/a", new byte[]{1}, "../tiny/b", new byte[]{2}));
        assertThat(read(wheel, "tiny/a")).containsOnlyKeys("tiny/a");
        assertThatThrownBy(() -> read(wheel, "tiny/b")).isInstanceOf(FetchException.class).hasMessageContaining("has no tiny/b");
    }
}

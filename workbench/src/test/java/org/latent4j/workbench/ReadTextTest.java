package org.latent4j.workbench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.latent4j.kernel.LatentException;

class ReadTextTest {
    private static final InputStream NOTHING = InputStream.nullInputStream();

    @Test
    void textComesFromWordsStandardInputOrAFile(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("a.txt"), "in a file\n");
        assertThat(ReadText.of(List.of("in words"), null, NOTHING)).isEqualTo("in words");
        assertThat(ReadText.of(List.of("-"), null, bytes("über\u0000\n"))).isEqualTo("über\u0000\n");
        assertThat(ReadText.of(List.of(), file, NOTHING)).isEqualTo("in a file\n");
    }

    @Test
    void whatIsNoTextIsRefusedInOneLine(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("empty.txt"), "");
        refused(() -> ReadText.of(List.of(), null, NOTHING), "there is no text");
        refused(() -> ReadText.of(List.of("a", "b"), null, NOTHING), "in 2 pieces: put it in quotes");
        refused(() -> ReadText.of(List.of("a"), file, NOTHING), "give one of them");
        refused(() -> ReadText.of(List.of(""), null, NOTHING), "the text is empty");
        refused(() -> ReadText.of(List.of(" \n\t "), null, NOTHING), "nothing but spaces");
        refused(() -> ReadText.of(List.of("-"), null, NOTHING), "standard input is empty");
        refused(() -> ReadText.of(List.of(), file, NOTHING), "empty.txt is empty");
        refused(() -> ReadText.of(List.of("ab\uD83D"), null, NOTHING), "character 2 is half of a surrogate pair");
        refused(() -> ReadText.of(List.of("\uDE00x"), null, NOTHING), "character 0 is half of a surrogate pair");
        refused(() -> ReadText.of(List.of("-"), null, new ByteArrayInputStream(new byte[]{'a', (byte) 0xFF})),
                "standard input isn't UTF-8: byte 1 (line 1) is 0xFF");
    }

    @Test
    void filesAppearWholeOrNotAtAll(@TempDir Path folder) throws IOException {
        Path target = folder.resolve("page.html");
        try (NewFile file = NewFile.claim(target)) {
            assertThat(file.write(out -> out.write("né"))).isEqualTo(3);
        }
        assertThat(target).hasContent("né");
        try (NewFile file = NewFile.claim(target)) {
            assertThat(file).isNotNull();
            assertThat(target).hasContent("né");
        }
        assertThat(target).hasContent("né");
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left).containsExactly(target);
        }
        refused(() -> NewFile.claim(folder), "it is a folder");
        refused(() -> NewFile.claim(folder.resolve("no/page.html")), "there is no folder");
        refused(() -> NewFile.claim(target.resolve("page.html")), "there is no folder");
    }

    private static void refused(org.assertj.core.api.ThrowableAssert.ThrowingCallable work, String message) {
        assertThatThrownBy(work).isInstanceOf(LatentException.class).hasMessageContaining(message)
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n"));
    }

    private static InputStream bytes(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }
}

package org.latent4j.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.latent4j.files.Refusals.refused;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.latent4j.kernel.Packing;

class SafetensorsTest {
    @TempDir
    Path folder;

    @Test
    void tensorsAndMetadataAreRead() {
        try (Safetensors file = open(
                """
                {"__metadata__":{"format":"pt"},
                 "b":{"dtype":"F32","shape":[1,2],"data_offsets":[6,14]},
                 "a":{"dtype":"BF16","shape":[3],"data_offsets":[0,6]},
                 "none":{"dtype":"F16","shape":[0,5],"data_offsets":[14,14]},
                 "one":{"dtype":"I64","shape":[],"data_offsets":[14,22]}}\
                """,
                b -> b.putShort((short) 0x3f80)
                        .putShort((short) 0xc000)
                        .putShort((short) 0)
                        .putFloat(1.5f)
                        .putFloat(-2)
                        .putLong(-7))) {
            assertThat(file.metadata()).isEqualTo(Map.of("format", "pt"));
            assertThat(file.tensors().keySet()).containsExactly("a", "b", "none", "one");
            assertThat(file.tensors().get("a").vector(3)).containsExactly(1, -2, 0);
            assertThat(file.tensors().get("b").packing()).contains(Packing.F32);
            assertThat(file.tensors().get("b").matrix().data()).containsExactly(1.5f, -2);
            assertThat(file.tensors().get("none").floats()).isEmpty();
            assertThat(file.tensors().get("none").matrix().columns()).isEqualTo(5);
            assertThat(file.tensors().get("one").integers()).containsExactly(-7);
            assertThat(file.tensor("absent")).isEmpty();
        }
    }

    @Test
    void halfPrecisionIsReadToTheBit() {
        try (Safetensors file = open(
                "{\"a\":{\"dtype\":\"F16\",\"shape\":[3],\"data_offsets\":[0,6]}}",
                b -> b.putShort((short) 0x3c00).putShort((short) 0x0001).putShort((short) 0xfbff))) {
            assertThat(file.tensors().get("a").floats()).containsExactly(1, 0x1p-24f, -65504);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "a hole |"
                + " {'a':{'dtype':'F32','shape':[1],'data_offsets':[0,4]},'b':{'dtype':'F32','shape':[1],'data_offsets':[8,12]}}"
                + " | tensor 'b' begins at byte 8 of the data, but the tensor before it ends at 4: there is a"
                + " hole",
        "an overlap |"
                + " {'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]},'b':{'dtype':'F32','shape':[2],'data_offsets':[4,12]}}"
                + " | tensor 'b' begins at byte 4 of the data, within the tensor before it, which ends at 8",
        "bytes behind | {'a':{'dtype':'F32','shape':[1],'data_offsets':[0,4]}} | has 12 bytes of data, but its"
                + " tensors end at 4",
        "a late beginning | {'a':{'dtype':'F32','shape':[2],'data_offsets':[4,12]}} | there is a hole",
        "too few bytes | {'a':{'dtype':'F32','shape':[4],'data_offsets':[0,12]}} | has 12 bytes between its"
                + " data_offsets, its type F32 and shape [4] need 16",
        "offsets the wrong way | {'a':{'dtype':'F32','shape':[1],'data_offsets':[4,0]}} | ends at byte 0,"
                + " before it begins at 4",
        "a product too large | {'a':{'dtype':'F32','shape':[4294967296,4294967296],'data_offsets':[0,12]}} |"
                + " has more values than can be counted",
        "a negative size | {'a':{'dtype':'F32','shape':[-3],'data_offsets':[0,12]}} | has a shape with a"
                + " negative number",
        "a size that is no long | {'a':{'dtype':'F32','shape':[99999999999999999999],'data_offsets':[0,12]}} |"
                + " is no valid JSON",
        "a fraction | {'a':{'dtype':'F32','shape':[3.0],'data_offsets':[0,12]}} | isn't an array of at most 32"
                + " integers",
        "an unknown type | {'a':{'dtype':'F13','shape':[3],'data_offsets':[0,12]}} | tensor 'a' has the type"
                + " 'F13', which safetensors doesn't know",
        "a name twice |"
                + " {'a':{'dtype':'F32','shape':[3],'data_offsets':[0,12]},'a':{'dtype':'F32','shape':[3],'data_offsets':[0,12]}}"
                + " | Duplicate field 'a'",
        "no type | {'a':{'shape':[3],'data_offsets':[0,12]}} | has no dtype, shape or pair of data_offsets",
        "three offsets | {'a':{'dtype':'F32','shape':[3],'data_offsets':[0,4,12]}} | has no dtype, shape or"
                + " pair of data_offsets",
        "no object | {'a':12} | 'a' is no object",
        "metadata that is no text |"
                + " {'__metadata__':{'x':1},'a':{'dtype':'F32','shape':[3],'data_offsets':[0,12]}} | metadata 'x'"
                + " that is no string",
        "something behind | {'a':{'dtype':'F32','shape':[3],'data_offsets':[0,12]}} x | is no valid JSON",
        "a second object | {'a':{'dtype':'F32','shape':[3],'data_offsets':[0,12]}} {} | has something behind"
                + " its JSON object",
        "an open brace | {'a':{'dtype':'F32' | is no valid JSON",
    })
    void everyWayToBeBrokenHasItsError(String what, String header, String error) {
        refused(() -> open(header.replace('\'', '"'), b -> b.putInt(0).putInt(0).putInt(0)))
                .as(what)
                .contains(error.startsWith("Duplicate") ? "is no valid JSON: " + error : error);
    }

    @Test
    void aTruncatedFileSaysWhereItShouldEnd() {
        String header = "{\"a\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[0,16]}}";
        refused(() -> open(header, b -> b.putInt(0)))
                .endsWith("tensor 'a' ends at byte " + (8 + header.length() + 16) + ", the file has "
                        + (8 + header.length() + 4) + "; is the download complete?");
    }

    @Test
    void theHeaderIsBoundedByTheFileAndByTheFormat() {
        refused(() -> file(1000, "{}      "))
                .contains("has a header of 1000 bytes, the file has 16; is the download complete?");
        refused(() -> file(99_000_001, "{}      ")).contains("has a header of 99000001 bytes");
        refused(() -> file(Long.MAX_VALUE, "{}      "))
                .contains("9223372036854775807 bytes, at most 100000000 are allowed");
        refused(() -> file(-1, "{}      ")).contains("18446744073709551615 bytes, at most 100000000 are allowed");
        refused(() -> file(1, "{}      ")).contains("says that its header has 1 bytes");
        refused(() -> file(2, "[]      ")).contains("is not a model file");
    }

    @Test
    void deepNestingIsRefused() {
        String deep = "{\"a\":{\"x\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}}";
        refused(() -> file(deep.length(), deep)).contains("is no valid JSON").contains("nesting depth");
    }

    @Test
    void anEmptyFileOfTensorsIsRead() throws IOException {
        try (Safetensors file = file(2, "{}")) {
            assertThat(file.tensors()).isEmpty();
        }
    }

    private interface Data {
        void write(ByteBuffer to);
    }

    private Safetensors open(String header, Data data) {
        ByteBuffer bytes = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
        data.write(bytes);
        byte[] body = new byte[bytes.position()];
        bytes.flip().get(body);
        String whole = header + new String(body, StandardCharsets.ISO_8859_1);
        try {
            return file(header.getBytes(StandardCharsets.ISO_8859_1).length, whole);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Safetensors file(long headerLength, String rest) throws IOException {
        byte[] body = rest.getBytes(StandardCharsets.ISO_8859_1);
        ByteBuffer bytes = ByteBuffer.allocate(8 + body.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(headerLength)
                .put(body);
        return Safetensors.open(Files.write(folder.resolve("m.safetensors"), bytes.array()));
    }
}

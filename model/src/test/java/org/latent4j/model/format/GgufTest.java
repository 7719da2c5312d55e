package org.latent4j.model.format;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.SPARSE;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.latent4j.files.Refusals.refused;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.latent4j.files.Tensor;
import org.latent4j.kernel.Packing;
import org.latent4j.model.format.GgufValue.Type;

class GgufTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void versionsTwoAndThreeAreRead(int version) {
        Path file = new GgufBytes()
                .version(version)
                .string("general.name", "ä name")
                .writeTo(folder.resolve("m.gguf"));
        try (Gguf gguf = Gguf.open(file)) {
            assertThat(gguf.version()).isEqualTo(version);
            assertThat(gguf.string("general.name")).contains("ä name");
            assertThat(gguf.files()).containsExactly(file);
            assertThat(gguf.keys()).containsExactly("general.name");
        }
    }

    @Test
    void everyTypeOfMetadataIsRead() {
        GgufBytes bytes = new GgufBytes()
                .value("u8", Type.UINT8, b -> b.u8(200))
                .value("i8", Type.INT8, b -> b.u8(200))
                .value("u16", Type.UINT16, b -> b.u16(60_000))
                .value("i16", Type.INT16, b -> b.u16(60_000))
                .value("u32", Type.UINT32, b -> b.i32(-2))
                .value("i32", Type.INT32, b -> b.i32(-2))
                .value("u64", Type.UINT64, b -> b.i64(-2))
                .value("i64", Type.INT64, b -> b.i64(-2))
                .value("f32", Type.FLOAT32, b -> b.f32(0.1f))
                .value("f64", Type.FLOAT64, b -> b.i64(Double.doubleToRawLongBits(0.1)))
                .bool("bool", true)
                .string("string", "text")
                .strings("strings", "a", "", "ü\0€")
                .i32s("i32s", 1, -2, 3)
                .value(
                        "f32s",
                        Type.ARRAY,
                        b -> b.i32(Type.FLOAT32.ordinal()).i64(2).f32(1.5f).f32(-1))
                .value(
                        "nested",
                        Type.ARRAY,
                        b -> b.i32(Type.ARRAY.ordinal())
                                .i64(2)
                                .i32(Type.UINT8.ordinal())
                                .i64(2)
                                .u8(1)
                                .u8(255)
                                .i32(Type.STRING.ordinal())
                                .i64(1)
                                .string("x"))
                .value("empty", Type.ARRAY, b -> b.i32(Type.BOOL.ordinal()).i64(0));
        try (Gguf gguf = Gguf.open(bytes.writeTo(folder.resolve("m.gguf")))) {
            assertThat(gguf.integer("u8")).hasValue(200);
            assertThat(gguf.integer("i8")).hasValue(-56);
            assertThat(gguf.integer("u16")).hasValue(60_000);
            assertThat(gguf.integer("i16")).hasValue(-5_536);
            assertThat(gguf.integer("u32")).hasValue(4_294_967_294L);
            assertThat(gguf.integer("i32")).hasValue(-2);
            assertThat(gguf.value("u64")).contains(new BigInteger("18446744073709551614"));
            assertThat(gguf.integer("i64")).hasValue(-2);
            assertThat(gguf.number("f32")).hasValue(0.1f);
            assertThat(gguf.number("f64")).hasValue(0.1);
            assertThat(gguf.number("u8")).hasValue(200);
            assertThat(gguf.bool("bool")).contains(true);
            assertThat(gguf.string("string")).contains("text");
            assertThat(gguf.strings("strings")).contains(List.of("a", "", "ü\0€"));
            assertThat(gguf.integers("i32s").orElseThrow()).containsExactly(1, -2, 3);
            assertThat(gguf.floats("f32s").orElseThrow()).containsExactly(1.5f, -1);
            assertThat(gguf.value("nested")).contains(List.of(List.of(1L, 255L), List.of("x")));
            assertThat(gguf.strings("empty")).contains(List.of());
            assertThat(gguf.string("absent")).isEmpty();
            assertThat(gguf.integer("absent")).isEmpty();
            assertThat(gguf.value("absent")).isEqualTo(Optional.empty());
        }
    }

    @Test
    void aValueOfAnotherTypeIsRefusedByName() {
        Path file = new GgufBytes().string("s", "x").i32s("a", 1).u32("n", 1).writeTo(folder.resolve("m.gguf"));
        try (Gguf gguf = Gguf.open(file)) {
            refused(() -> gguf.integer("s")).isEqualTo(file + ": metadata 's' is a string where an integer is needed");
            refused(() -> gguf.strings("a"))
                    .isEqualTo(file + ": metadata 'a' is an array of int32s where an array of strings is needed");
            refused(() -> gguf.bool("n")).contains("true or false is needed");
            refused(() -> gguf.floats("n")).contains("an array of numbers is needed");
        }
    }

    @Test
    void stringsStayAfterClosing() {
        Path file = new GgufBytes().strings("tokens", "a", "bc").writeTo(folder.resolve("m.gguf"));
        List<String> tokens;
        try (Gguf gguf = Gguf.open(file)) {
            tokens = gguf.strings("tokens").orElseThrow();
        }
        assertThat(tokens).containsExactly("a", "bc");
    }

    @ParameterizedTest
    @EnumSource(Packing.class)
    void tensorsOfEverySupportedTypeAreSlicesOfTheFile(Packing packing) {
        byte[] data = new byte[(int) packing.bytes(3 * 256)];
        for (int i = 0; i < data.length; i++) {
            data[i] = (byte) (i * 7);
        }
        Path file = new GgufBytes()
                .f32Tensor("first", new float[]{1, 2, 3}, 3)
                .tensor("second", GgufBytes.typeOf(packing), data, 3, 256)
                .writeTo(folder.resolve("m.gguf"));
        try (Gguf gguf = Gguf.open(file)) {
            Tensor second = gguf.tensors().get("second");
            assertThat(second.shape()).containsExactly(3, 256);
            assertThat(second.type()).isEqualTo(packing.name());
            assertThat(second.matrix(3, 256).data().toArray(ValueLayout.JAVA_BYTE))
                    .isEqualTo(data);
            assertThat(gguf.tensors().get("first").vector(3)).containsExactly(1, 2, 3);
            refused(() -> second.matrix(256, 3))
                    .isEqualTo(file + ": tensor 'second' is [3, 256], the configuration asks for [256, 3]");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 8, 64, 4096})
    void alignmentIsHonoured(int alignment) {
        Path file = new GgufBytes()
                .alignment(alignment)
                .f32Tensor("a", new float[]{1}, 1)
                .f32Tensor("b", new float[]{2}, 1)
                .writeTo(folder.resolve("m.gguf"));
        try (Gguf gguf = Gguf.open(file)) {
            assertThat(gguf.tensors().get("b").vector(1)).containsExactly(2);
        }
    }

    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "needs files with holes")
    void filesOfMoreThanTwoGigabytesAreMapped() throws IOException {
        long far = 1L << 31;
        byte[] header = new GgufBytes()
                .tensorAt(0, "far", GgufBytes.numberOf(GgmlType.I8), new byte[0], far)
                .tensorAt(far, "w", GgufBytes.numberOf(GgmlType.F32), new byte[0], 1)
                .header();
        Path file = folder.resolve("large.gguf");
        try (FileChannel channel = FileChannel.open(file, CREATE_NEW, WRITE, SPARSE)) {
            channel.write(ByteBuffer.wrap(header));
            long start = (header.length + 31L) / 32 * 32;
            channel.write(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putFloat(0, 42), start + far);
        }
        try (Gguf gguf = Gguf.open(file)) {
            assertThat(gguf.tensors().get("w").vector(1)).containsExactly(42);
        }
    }

    @ParameterizedTest
    @EnumSource(GgmlType.class)
    void typesThatCannotBeComputedWithAreRefusedByNameWhenUsed(GgmlType type) {
        int columns = type.blockSize();
        Path file = new GgufBytes()
                .tensor("w", type, new byte[type.blockBytes()], 1, columns)
                .writeTo(folder.resolve("m.gguf"));
        try (Gguf gguf = Gguf.open(file)) {
            Tensor tensor = gguf.tensors().get("w");
            if (Arrays.stream(Packing.values()).anyMatch(packing -> packing.name().equals(type.name()))) {
                assertThat(tensor.matrix(1, columns).packing().blockBytes()).isEqualTo(type.blockBytes());
                assertThat(tensor.matrix(1, columns).packing().blockSize()).isEqualTo(type.blockSize());
                return;
            }
            refused(() -> tensor.matrix(1, columns))
                    .startsWith(file + ": tensor 'w' is of type " + type + ", which isn't supported; supported are [F32, F16,");
        }
    }

    @Test
    void typesThatGgmlRemovedAreRefusedByName() {
        Path removed = new GgufBytes().tensorAt(0, "w", 31, new byte[18], 1, 32).writeTo(folder.resolve("r.gguf"));
        refused(() -> Gguf.open(removed)).contains("tensor 'w' is of the type Q4_0_4_4 (removed from ggml)");
    }

    @Test
    void otherVersionsAndByteOrdersAreRefusedByName() {
        Path big = new GgufBytes().version(3 << 24).writeTo(folder.resolve("big.gguf"));
        refused(() -> Gguf.open(big)).contains("big-endian");
        Path one = new GgufBytes().version(1).writeTo(folder.resolve("one.gguf"));
        refused(() -> Gguf.open(one)).contains("version 1").contains("versions 2 and 3 are supported");
        Path four = new GgufBytes().version(4).writeTo(folder.resolve("four.gguf"));
        refused(() -> Gguf.open(four)).contains("version 4");
    }

    @Test
    void aSplitModelIsOpenedByAnyOfItsParts() {
        List<Path> parts = split(3);
        for (Path part : parts) {
            try (Gguf gguf = Gguf.open(part)) {
                assertThat(gguf.files()).containsExactlyElementsOf(parts);
                assertThat(gguf.tensors().keySet()).containsExactly("t0", "t1", "t2");
                assertThat(gguf.tensors().get("t2").vector(1)).containsExactly(2);
                assertThat(gguf.string("general.name")).contains("split");
                assertThat(gguf.bytes())
                        .isEqualTo(parts.stream()
                                .mapToLong(path -> path.toFile().length())
                                .sum());
            }
        }
    }

    @Test
    void missingAndMixedUpPartsAreErrors() throws Exception {
        List<Path> parts = split(3);
        Files.copy(parts.get(2), folder.resolve("spare"));
        Files.delete(parts.get(2));
        refused(() -> Gguf.open(parts.get(0))).startsWith(parts.get(2) + ": is missing; it is part 3 of 3");
        Files.copy(parts.get(1), parts.get(2));
        refused(() -> Gguf.open(parts.get(0)))
                .startsWith(parts.get(2) + ": doesn't say of itself that it is part 3 of 3");
        Path renamed = Files.copy(parts.get(0), folder.resolve("renamed.gguf"));
        refused(() -> Gguf.open(renamed)).contains("isn't named like one: NAME-00001-of-00003.gguf");
    }

    private List<Path> split(int count) {
        List<Path> parts = new ArrayList<>();
        for (int number = 0; number < count; number++) {
            int no = number;
            GgufBytes bytes = new GgufBytes()
                    .value("split.no", Type.UINT16, b -> b.u16(no))
                    .value("split.count", Type.UINT16, b -> b.u16(count))
                    .value("split.tensors.count", Type.INT32, b -> b.i32(count));
            if (number == 0) {
                bytes.string("general.name", "split");
            }
            bytes.f32Tensor("t" + number, new float[]{number}, 1);
            parts.add(bytes.writeTo(folder.resolve("m-0000" + (number + 1) + "-of-0000" + count + ".gguf")));
        }
        return parts;
    }

    @Test
    void aTruncatedTensorSaysWhereItShouldEnd() throws Exception {
        byte[] whole = new GgufBytes()
                .f32Tensor("blk.3.ffn_up.weight", new float[64], 64)
                .toArray();
        Path file = Files.write(folder.resolve("m.gguf"), Arrays.copyOf(whole, whole.length - 4));
        refused(() -> Gguf.open(file))
                .isEqualTo(
                        "%s: tensor 'blk.3.ffn_up.weight' ends at byte %d, the file has %d; is the download complete?"
                                .formatted(file, whole.length, whole.length - 4));
    }

    @Test
    void overlapsDuplicatesAndOddOffsetsAreErrors() {
        byte[] four = new byte[64];
        refused(() -> open(new GgufBytes().tensorAt(0, "a", 0, four, 16).tensorAt(32, "b", 0, four, 16)))
                .contains("the tensors 'a' and 'b' overlap");
        refused(() -> open(new GgufBytes().tensorAt(0, "a", 0, four, 16).tensorAt(64, "a", 0, four, 16)))
                .contains("has the tensor 'a' twice");
        refused(() -> open(new GgufBytes().tensorAt(4, "a", 0, four, 16)))
                .contains("begins at offset 4, a multiple of 32");
        refused(() -> open(new GgufBytes().tensorAt(-32, "a", 0, new byte[64], 16)))
                .contains("begins at offset 18446744073709551584");
        refused(() -> open(new GgufBytes().u32("a", 1).u32("a", 1))).contains("has the metadata key 'a' twice");
        refused(() -> open(new GgufBytes().u32("general.alignment", 3))).contains("a power of two");
        refused(() -> open(new GgufBytes().u32("general.alignment", 0))).contains("a power of two");
    }

    @Test
    void hugeCountsAreRefusedBeforeAnythingIsAllocated() {
        for (long huge : new long[]{Long.MAX_VALUE, 1L << 62, 1L << 32, 200_001}) {
            refused(() -> open(new GgufBytes().claimKeys(huge))).contains("metadata keys");
            refused(() -> open(new GgufBytes().claimTensors(huge))).contains("tensors");
            refused(() -> open(new GgufBytes().value("k", Type.STRING, b -> b.i64(huge))))
                    .contains("k");
            for (Type type : Type.values()) {
                refused(() -> open(new GgufBytes()
                        .value(
                                "k",
                                Type.ARRAY,
                                b -> b.i32(type.ordinal()).i64(huge))))
                        .contains("'k'");
            }
            refused(() -> open(new GgufBytes().tensorAt(0, "t", 0, new byte[4], huge, huge)))
                    .contains("'t'");
            refused(() -> open(new GgufBytes().tensorAt(0, "t", 0, new byte[4], huge)))
                    .contains("'t'");
        }
        refused(() -> open(new GgufBytes().tensorAt(0, "t", 0, new byte[4], -1)))
                .contains("has a size of 18446744073709551615");
        refused(() -> open(new GgufBytes().tensorAt(0, "t", 0, new byte[4], 1, 1, 1, 1, 1)))
                .contains("5 dimensions, at most 4");
        refused(() -> open(new GgufBytes().tensorAt(0, "t", 8, new byte[34], 33)))
                .contains("rows of 33 values, Q8_0 packs them by 32");
        refused(() -> open(new GgufBytes().value("k", 13, b -> b.u8(0))))
                .contains("of type 13, which GGUF doesn't have");
    }

    @Test
    void deepNestingIsRefused() {
        refused(() -> open(new GgufBytes().value("k", Type.ARRAY, b -> {
            for (int depth = 0; depth < 10_000; depth++) {
                b.i32(Type.ARRAY.ordinal()).i64(1);
            }
        })))
                .contains("metadata 'k' nests arrays more than 8 deep");
    }

    @Test
    void errorsStayOnOneLineWhateverTheNamesHold() {
        refused(() -> open(new GgufBytes().tensorAt(4, "a\nb\u001b[31m\u2028c", 0, new byte[4], 1)))
                .doesNotContain("\n")
                .doesNotContain("\u001b")
                .doesNotContain("\u2028");
    }

    @Test
    void filesThatAreNoGgufAreCalledWhatTheyAre() {
        refused(() -> raw("")).contains("is empty");
        refused(() -> raw("Just some text\n")).contains("is a text file");
        refused(() -> raw("<!DOCTYPE html><html>")).contains("is a web page");
        refused(() -> raw("version https://git-lfs.github.com/spec/v1\noid sha256:1"))
                .contains("git lfs pull");
        refused(() -> raw("PK\003\004rest")).contains("is a zip archive");
        refused(() -> raw("tjgg\1\0\0\0")).contains("is a ggml file of before August 2023");
        refused(() -> raw("lmgg\1\0\0\0")).contains("is a ggml file of before August 2023");
        refused(() -> raw("\u0080\2}q")).contains("is a Python pickle");
        refused(() -> raw("\1\2\3")).contains("is not a model file");
        refused(() -> raw("GGUF")).contains("ends within its header");
        refused(() -> Gguf.open(folder)).contains("is not a regular file");
        refused(() -> Gguf.open(folder.resolve("absent"))).contains("there is no such file");
    }

    private Gguf raw(String bytes) throws IOException {
        return Gguf.open(Files.write(folder.resolve("raw.gguf"), bytes.getBytes(StandardCharsets.ISO_8859_1)));
    }

    private Gguf open(GgufBytes bytes) {
        return Gguf.open(bytes.writeTo(folder.resolve("bad.gguf")));
    }
}

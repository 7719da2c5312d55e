package org.latent4j.files;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Ways to spoil a file, each decided by the random numbers alone. */
public final class Alterations {
    private static final long[] HUGE = {-1, Long.MAX_VALUE, Long.MIN_VALUE, 1L << 62, 1L << 40, Integer.MAX_VALUE, 1L << 31, 0xffff_ffffL,
        1L << 24, 255, 1, 0};
    private static final float[] ODD = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.MAX_VALUE, Float.MIN_VALUE, -0f};
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final String TWICE = "key that comes twice: ";
    private static final String DEEP = "value that nests: ";

    private Alterations() {}

    /** A file altered in its first bytes, where its structure is, or cut. */
    public static byte[] bytes(byte[] whole, int first, SplittableRandom random) {
        byte[] bytes = whole.clone();
        int structure = Math.min(first, whole.length);
        return switch (random.nextInt(6)) {
            case 0 -> flipped(bytes, structure, random);
            case 1 -> Arrays.copyOf(bytes, random.nextInt(structure + 1));
            case 2 -> Arrays.copyOf(bytes, whole.length - 1 - random.nextInt(Math.min(whole.length - 1, 10_000)));
            case 3 -> huge(bytes, structure, random);
            case 4 -> digit(bytes, structure, random);
            default -> moved(bytes, structure, random);
        };
    }

    /** Up to eight bits turned round. */
    private static byte[] flipped(byte[] bytes, int first, SplittableRandom random) {
        for (int flips = 1 + random.nextInt(8); flips > 0; flips--) {
            bytes[random.nextInt(first)] ^= (byte) (1 << random.nextInt(8));
        }
        return bytes;
    }

    /** A number of 64 or 32 bits that is too large, negative, or nothing, where anything may have stood. */
    private static byte[] huge(byte[] bytes, int first, SplittableRandom random) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int at = random.nextInt(Math.max(1, first - 8));
        long value = HUGE[random.nextInt(HUGE.length)];
        if (random.nextBoolean()) {
            buffer.putLong(at, value);
        } else {
            buffer.putInt(at, (int) value);
        }
        return bytes;
    }

    /** Another digit where one stands: a text's numbers stay numbers. */
    private static byte[] digit(byte[] bytes, int first, SplittableRandom random) {
        List<Integer> digits = new ArrayList<>();
        for (int i = 0; i < first; i++) {
            if (bytes[i] >= '0' && bytes[i] <= '9') {
                digits.add(i);
            }
        }
        for (int changes = 1 + random.nextInt(3); changes > 0 && !digits.isEmpty(); changes--) {
            bytes[digits.get(random.nextInt(digits.size()))] = (byte) ('0' + random.nextInt(10));
        }
        return bytes;
    }

    /** A piece of the file over another piece: keys twice, offsets that overlap. */
    private static byte[] moved(byte[] bytes, int first, SplittableRandom random) {
        int length = 1 + random.nextInt(Math.min(64, first - 1));
        System.arraycopy(bytes, random.nextInt(first - length), bytes, random.nextInt(first - length), length);
        return bytes;
    }

    /** Weights that are no numbers, infinite, or as large as can be, behind the structure. */
    public static byte[] weights(byte[] whole, int first, SplittableRandom random) {
        ByteBuffer bytes = ByteBuffer.wrap(whole.clone()).order(ByteOrder.LITTLE_ENDIAN);
        int begin = (first + 3) / 4 * 4;
        for (int changes = 1 + random.nextInt(20); changes > 0; changes--) {
            bytes.putFloat(begin + 4 * random.nextInt((whole.length - begin) / 4), ODD[random.nextInt(ODD.length)]);
        }
        return bytes.array();
    }

    /** A JSON text with up to three of its values altered, one key written twice, or a value nested deep. */
    public static byte[] json(byte[] whole, SplittableRandom random, String... strings) {
        try {
            JsonNode root = JSON.readTree(whole);
            for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
                alter(root, random, strings);
            }
            String text = JSON.writeValueAsString(root).replace(TWICE, "");
            int depth = new int[]{8, 60, 70, 1000, 100_000}[random.nextInt(5)];
            String nested = random.nextBoolean() ? "[".repeat(depth) + "]".repeat(depth) : "{\"a\":".repeat(depth) + 1 + "}".repeat(depth);
            return text.replace("\"" + DEEP + "\"", nested).getBytes(StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static void alter(JsonNode root, SplittableRandom random, String... strings) {
        List<JsonNode> containers = new ArrayList<>();
        collect(root, containers);
        if (containers.isEmpty()) {
            return; // nothing is left
        }
        JsonNode container = containers.get(random.nextInt(containers.size()));
        if (container instanceof ObjectNode object) {
            List<String> keys = new ArrayList<>();
            object.fieldNames().forEachRemaining(keys::add);
            String key = keys.get(random.nextInt(keys.size()));
            switch (random.nextInt(8)) {
                case 0 -> object.remove(key);
                case 1 -> object.set(TWICE + key, object.get(key));
                case 2 -> object.set(key, object.get(keys.get(random.nextInt(keys.size()))));
                case 3 -> object.set(key + "x", object.remove(key));
                default -> object.set(key, value(object.get(key), random, strings));
            }
        } else if (container instanceof ArrayNode array) {
            int at = random.nextInt(array.size());
            switch (random.nextInt(5)) {
                case 0 -> array.remove(at);
                case 1 -> array.add(array.get(at));
                default -> array.set(at, value(array.get(at), random, strings));
            }
        }
    }

    private static void collect(JsonNode node, List<JsonNode> containers) {
        if (node.isContainerNode() && !node.isEmpty()) {
            containers.add(node);
            node.forEach(child -> collect(child, containers));
        }
    }

    private static JsonNode value(JsonNode before, SplittableRandom random, String... strings) {
        if (before.isNumber() && random.nextBoolean()) {
            return switch (random.nextInt(4)) {
                case 0 -> NODES.numberNode(before.asLong() + random.nextInt(-2, 3));
                case 1 -> NODES.numberNode(HUGE[random.nextInt(HUGE.length)]);
                case 2 -> NODES.numberNode(before.asDouble() * new double[]{-1, 1e-300, 1e300, 0.5}[random.nextInt(4)]);
                default -> NODES.numberNode(random.nextInt(100));
            };
        }
        return switch (random.nextInt(strings.length > 0 ? 12 : 10)) {
            case 0 -> NODES.nullNode();
            case 1 -> NODES.booleanNode(random.nextBoolean());
            case 2 -> NODES.textNode("");
            case 3 -> NODES.textNode("x".repeat(1 + random.nextInt(2000)));
            case 4 -> NODES.textNode(DEEP);
            case 5 -> NODES.arrayNode();
            case 6 -> NODES.objectNode();
            case 7 -> NODES.arrayNode().add(before);
            case 8 -> NODES.numberNode(random.nextBoolean() ? Double.NaN : 1e308);
            case 9 -> NODES.numberNode(HUGE[random.nextInt(HUGE.length)]);
            default -> NODES.textNode(strings[random.nextInt(strings.length)]);
        };
    }
}

package org.latent4j.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.latent4j.files.Refusals.refused;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.latent4j.files.SafetensorsWriter;
import org.latent4j.kernel.Fingerprint;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.Progress;
import org.latent4j.space.Items;
import org.latent4j.space.Origin;
import org.latent4j.space.Space;

/** Every kind of file that holds vectors opens as it is, or is refused in one line. */
class SpacesTest {
    /** Bytes before a zip member's name. */
    private static final int LOCAL_HEADER = 30;

    @TempDir
    Path folder;

    private Path write(String name, byte[] content) throws IOException {
        return Files.write(folder.resolve(name), content);
    }

    private Path write(String name, String content) throws IOException {
        return write(name, content.getBytes(StandardCharsets.UTF_8));
    }

    private static Space open(Path file, ImportOptions options) {
        return Spaces.open(file, options, Progress.NONE);
    }

    @Test
    void npyOfAnyTypeAndOrder() throws IOException {
        Matrix points = Points.random();
        assertThat(Spaces.open(write("a.npy", Points.npy(points))).vectors()).isEqualTo(points);
        ByteBuffer doubles = ByteBuffer.allocate(8 * points.data().length).order(ByteOrder.BIG_ENDIAN);
        for (int c = 0; c < Points.WIDTH; c++) {
            for (int r = 0; r < Points.COUNT; r++) {
                doubles.putDouble(points.at(r, c));
            }
        }
        Space turned = Spaces.open(write("b.npy", Points.npy(">f8", true, "30, 5", doubles.array())));
        assertThat(turned.vectors()).isEqualTo(points);
        assertThat(turned.names()).startsWith("0", "1").hasSize(Points.COUNT);
        Space bytes = Spaces.open(write("c.npy", Points.npy("|i1", false, "2, 2", new byte[]{1, -2, 3, 4})));
        assertThat(bytes.vectors().data()).containsExactly(1, -2, 3, 4);
    }

    @Test
    void npzTakesXOrVectorsUnlessNamed() throws IOException {
        Path file = folder.resolve("a.npz");
        Points.npz(file, List.of("emb", "X", "y", "words"), List.of(
                Points.npy("<f4", false, "1, 1", new byte[4]), Points.npy(Points.random()),
                Points.npy("|u1", false, "30,", new byte[30]), Points.texts(Points.names())));
        Space space = open(file, ImportOptions.NONE.withNames("words").withLabels("y"));
        assertThat(space.vectors()).isEqualTo(Points.random());
        assertThat(space.names()).isEqualTo(Points.names());
        assertThat(space.items().fields(3)).isEqualTo(Map.of("label", 0L));
        assertThat(open(file, ImportOptions.NONE.withArray("emb")).size()).isEqualTo(1);
        refused(() -> open(file, ImportOptions.NONE.withArray("Z"))).contains("no array 'Z'", "emb, X, y, words", "--array");
    }

    @Test
    void anNpzWithAChangedByteIsRefusedThoughItIsNotPacked() throws IOException {
        byte[] array = Points.npy(Points.random());
        Path file = folder.resolve("changed.npz");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
            CRC32 checksum = new CRC32();
            checksum.update(array);
            ZipEntry entry = new ZipEntry("X.npy");
            entry.setMethod(ZipEntry.STORED);
            entry.setSize(array.length);
            entry.setCrc(checksum.getValue());
            zip.putNextEntry(entry);
            zip.write(array);
        }
        assertThat(Spaces.open(file).size()).isEqualTo(Points.random().rows());
        byte[] bytes = Files.readAllBytes(file);
        bytes[LOCAL_HEADER + "X.npy".length() + array.length - 8] ^= 1; // in the last values
        Files.write(file, bytes);
        refused(() -> Spaces.open(file)).contains("its checksum isn't the archive's");
    }

    @Test
    void anNpzThatUnpacksToVeryMuchMoreIsRefused() throws IOException {
        Path file = folder.resolve("bomb.npz");
        Points.npz(file, List.of("X"), List.of(Points.npy("<f4", false, "20000, 1000", new byte[80_000_000])));
        refused(() -> Spaces.open(file)).contains("zip bomb");
    }

    @Test
    void wordVectorsOfEveryProgram() throws IOException {
        for (Path file : List.of(
                write("glove.txt", Points.lines(' ', "")), write("word2vec.txt", "30 5\n" + Points.lines(' ', "")),
                write("fast.vec", "30 5\n" + Points.lines(' ', " ")), write("w.bin", Points.word2vec()))) {
            Space space = Spaces.open(file);
            assertThat(space.vectors()).as("%s", file).isEqualTo(Points.random());
            assertThat(space.names()).isEqualTo(Points.names());
        }
        Space spaced = Spaces.open(write("840B.txt", "the 1 2\n. . . 3 4\nat name@x.com 5 6\n"));
        assertThat(spaced.names()).containsExactly("the", ". . .", "at name@x.com");
    }

    @Test
    void winksEmbeddingsKeepTheFirstNumbersOfEachRow() throws IOException {
        Space space = Spaces.open(write("w.json", """
                {"precision":8,"l2NormIndex":2,"wordIndex":3,"size":2,"dimensions":2,"words":["the","a\\"b"],
                "vectors":{"the":[1,-0.5,2.1,0],"a\\"b":[3,4,5,1]},"unkVector":[0,0,0,-1]}"""));
        assertThat(space.vectors()).isEqualTo(Matrix.of(2, 2, 1, -0.5f, 3, 4));
        assertThat(space.names()).containsExactly("the", "a\"b");
    }

    /** An option goes unheard nowhere: it chooses, or is refused. */
    @Test
    void whatAFileHasNoneOfCantBeChosen() throws IOException {
        Path table = write("t.csv", "word,x,y\na,1,2\nb,3,4\n");
        Path names = write("names.txt", "one\ntwo\n");
        SpaceWriter.write(Spaces.open(table), folder.resolve("t.space"), SpaceWriter.Type.F32);
        for (String file : List.of("t.csv", "t.space")) {
            refused(() -> open(folder.resolve(file), ImportOptions.NONE.withArray("emb"))).contains("no array to choose", "--array emb");
        }
        refused(() -> open(write("a.npy", Points.npy(Points.random())), ImportOptions.NONE.withArray("X"))).contains("--array X");
        refused(() -> open(folder.resolve("t.space"), ImportOptions.NONE.withNames("names.txt"))).contains("--names names.txt");
        for (Path file : List.of(table, write("w.txt", "a 1 2\nb 3 4\n"), write("w.vec", "2 2\na 1 2\nb 3 4\n"))) {
            Space named = open(file, ImportOptions.NONE.withNames(names.toString()));
            assertThat(named.names()).as("%s", file).containsExactly("one", "two");
            refused(() -> open(file, ImportOptions.NONE.withNames("nowhere"))).contains("'nowhere'", "--names");
        }
        assertThat(open(table, ImportOptions.NONE.withNames(names.toString())).items().fields(1)).isEqualTo(Map.of("word", "b"));
    }

    /** Whoever edits a space by hand may give a name twice: then it names no point. */
    @Test
    void aNameThatIsTwiceInASpaceIsRefusedWhereItIsLookedFor() throws IOException {
        Path place = folder.resolve("twice.space");
        SpaceWriter.write(Space.of(Matrix.of(3, 1, 1, 2, 3), List.of("a", "b", "c")), place, SpaceWriter.Type.F32);
        Path items = place.resolve("items.jsonl");
        Files.writeString(items, Files.readString(items).replace("\"c\"", "\"a\""));
        Space space = Spaces.open(place);
        assertThat(space.find("b")).hasValue(1);
        refused(() -> space.find("a")).contains("items.jsonl", "'a' twice, in lines 1 and 3");
        for (int i = 0; i < 10; i++) {
            assertThat(space.find("b")).hasValue(1); // until there is an index of names
        }
        refused(() -> space.find("a")).contains("'a' twice, in lines 1 and 3");
    }

    @Test
    void tablesHaveNamesFieldsAndCoordinates() throws IOException {
        Space space = Spaces.open(write("t.csv", "id,word,label,x,y\n1,\"a, \"\"b\"\"\",7,1.5,-2\n2,c,8,3,1e-3\n"));
        assertThat(space.vectors()).isEqualTo(Matrix.of(2, 2, 1.5f, -2, 3, 1e-3f));
        assertThat(space.names()).containsExactly("a, \"b\"", "c");
        assertThat(space.items().fields(0)).isEqualTo(Map.of("id", 1L, "label", 7L));
        assertThat(Spaces.open(write("n.csv", "1,2\n3,4\n")).vectors()).isEqualTo(Matrix.of(2, 2, 1, 2, 3, 4));
        assertThat(Spaces.open(write("s.csv", "a;b\n1;2\n")).vectors()).isEqualTo(Matrix.of(1, 2, 1, 2));
        Space named = open(folder.resolve("t.csv"), ImportOptions.NONE.withNames("id").withLabels("word"));
        assertThat(named.names()).containsExactly("1", "2");
        assertThat(named.items().fields(1)).containsEntry("label", "c");
    }

    /** A name may be a number: it is no coordinate for that. */
    @ParameterizedTest
    @ValueSource(strings = {"name", "Word", "token", "id", "title", "text"})
    void aColumnThatIsCalledAsNamesAreHoldsNames(String column) throws IOException {
        Space space = Spaces.open(write("n.csv", column + ",x,y\n007,1,2\n8,3,4\n1e3,5,6\n"));
        assertThat(space.names()).containsExactly("007", "8", "1e3");
        assertThat(space.vectors()).isEqualTo(Matrix.of(3, 2, 1, 2, 3, 4, 5, 6));
        Space behind = Spaces.open(write("n.tsv", "x\ty\t" + column + "\n1\t2\t2024\n3\t4\t2025\n"));
        assertThat(behind.names()).containsExactly("2024", "2025");
    }

    /** Model2Vec's layout and sentence-transformers'; a mapping lets tokens share a vector. */
    @Test
    void theTokensOfATableOfVectorsArePoints() throws IOException {
        Path table = Files.createDirectories(folder.resolve("m2v"));
        Matrix vectors = Matrix.of(3, 2, 1, 2, 3, 4, 5, 6);
        tensors(table, "embeddings", vectors, 0, 2, 1, 2);
        write("m2v/tokenizer.json", """
                {"version":"1.0","added_tokens":[{"id":3,"content":"[PAD]","special":true}],
                 "model":{"type":"WordPiece","unk_token":"cat","vocab":{"cat":0,"dog":1,"##s":2}}}""");
        Space words = Spaces.open(table);
        assertThat(words.names()).containsExactly("cat", "dog", "##s", "[PAD]");
        assertThat(words.vectors()).isEqualTo(Matrix.of(4, 2, 1, 2, 5, 6, 3, 4, 5, 6));
        Path other = Files.createDirectories(folder.resolve("static/0_StaticEmbedding"));
        tensors(other, "embedding.weight", vectors);
        write("static/0_StaticEmbedding/tokenizer.json",
                "{\"model\":{\"type\":\"Unigram\",\"vocab\":[[\"\u2581cat\",-1.5],[\"dog\",-2],[\"s\",-3.25]]}}");
        assertThat(Spaces.open(folder.resolve("static")).names()).containsExactly("\u2581cat", "dog", "s");
        assertThat(Spaces.open(folder.resolve("static")).vectors()).isEqualTo(vectors);
    }

    @Test
    void tablesOfTokensThatDontFitTheirTokenizerAreRefused() throws IOException {
        Path table = Files.createDirectories(folder.resolve("m2v"));
        tensors(table, "embeddings", Matrix.of(2, 2, 1, 2, 3, 4));
        write("m2v/tokenizer.json", "{\"model\":{\"vocab\":{\"cat\":0,\"dog\":2}}}");
        refused(() -> Spaces.open(table)).contains("has 2 vectors and none for token 2, 'dog'");
        write("m2v/tokenizer.json", "{\"model\":{\"vocab\":{\"cat\":-1}}}");
        refused(() -> Spaces.open(table)).contains("gives the token 'cat' the id -1");
        write("m2v/tokenizer.json", "{\"model\":{}}");
        refused(() -> Spaces.open(table)).contains("has no vocabulary");
        write("m2v/tokenizer.json", "{\"model\":");
        refused(() -> Spaces.open(table)).contains("is no valid JSON");
        tensors(table, "weights", Matrix.of(2, 2, 1, 2, 3, 4));
        refused(() -> Spaces.open(table)).contains("no table of token vectors", "latent encode -m");
    }

    private static void tensors(Path folder, String name, Matrix vectors, int... mapping) {
        try (SafetensorsWriter out = SafetensorsWriter.create(folder.resolve("model.safetensors"))) {
            out.add(name, vectors);
            if (mapping.length > 0) {
                out.add("mapping", mapping, mapping.length);
            }
            out.finish();
        }
    }

    @Test
    void theEmbeddingProjectorsPair() throws IOException {
        Path vectors = write("a.vectors.tsv", "1\t2\n3\t4\n");
        write("a.metadata.tsv", "word\tkind\nx\tA\ny\tB\n");
        Space space = Spaces.open(vectors);
        assertThat(space.names()).containsExactly("x", "y");
        assertThat(space.items().fields(1)).isEqualTo(Map.of("kind", "B"));
        write("a.metadata.tsv", "x\ny\n");
        assertThat(Spaces.open(vectors).names()).containsExactly("x", "y");
    }

    @Test
    void safetensorsTakesVectorsUnlessNamedAndCapturedStatesBySite() {
        Path file = folder.resolve("v.safetensors");
        try (SafetensorsWriter out = SafetensorsWriter.create(file)) {
            out.metadata(new Fingerprint("ab", "cd", "raw").asMetadata());
            out.add("vectors", Points.random());
            out.add("other", Matrix.of(1, 2, 3, 4));
            out.finish();
        }
        assertThat(Spaces.open(file).vectors()).isEqualTo(Points.random());
        assertThat(Spaces.open(file).origin().fingerprint()).contains(new Fingerprint("ab", "cd", "raw"));
        assertThat(open(file, ImportOptions.NONE.withArray("other")).size()).isEqualTo(1);
        refused(() -> open(file, ImportOptions.NONE.withArray("none"))).contains("vectors, other", "--array");
        Path captured = folder.resolve("states.safetensors");
        try (SafetensorsWriter out = SafetensorsWriter.create(captured)) {
            out.metadata("format", "latent4j capture 1");
            out.metadata(new Fingerprint("ab", "cd", "raw").asMetadata());
            for (int text = 0; text < 2; text++) {
                out.add(text + ".input_ids", new int[]{5, 6 + text}, 2);
                out.add(text + ".embed", Matrix.of(2, 2, 9, 9, text, 9));
                out.add(text + ".resid_post.1", Matrix.of(2, 2, text, 1, 2, 3));
            }
            out.finish();
        }
        Space states = open(captured, ImportOptions.NONE.withSite("resid_post.1"));
        assertThat(states.names()).containsExactly("0:0", "0:1", "1:0", "1:1");
        assertThat(states.items().fields(3)).isEqualTo(Map.of("text", 1L, "position", 1L, "token_id", 7L));
        assertThat(states.origin().fingerprint()).contains(new Fingerprint("ab", "cd", "raw").at("resid_post.1", "none"));
        refused(() -> Spaces.open(captured)).contains("embed, resid_post.1", "--site");
        refused(() -> open(captured, ImportOptions.NONE.withSite("resid_post.9"))).contains("no states of the site resid_post.9");
    }

    @Test
    void statesOfTextsFromTheCommandLineHaveThem() {
        Path captured = folder.resolve("states.safetensors");
        try (SafetensorsWriter out = SafetensorsWriter.create(captured)) {
            out.metadata("format", "latent4j capture 1");
            out.metadata("positions", "last");
            out.metadata("inputs", "[{\"texts\":[\"a cat\",\"a },{ dog\"],\"sha256\":\"ab\"}]");
            out.add("0.resid_post.1", Matrix.of(1, 2, 1, 2));
            out.add("1.resid_post.1", Matrix.of(1, 2, 3, 4));
            out.finish();
        }
        Space states = open(captured, ImportOptions.NONE.withSite("resid_post.1"));
        assertThat(states.names()).containsExactly("0", "1");
        assertThat(states.items().fields(1)).isEqualTo(Map.of("text", "a },{ dog"));
    }

    @Test
    void statesHaveTheTextsAndTokensThatTheirCaptureKept() {
        Path captured = folder.resolve("states.safetensors");
        try (SafetensorsWriter out = SafetensorsWriter.create(captured)) {
            out.metadata("format", "latent4j capture 1");
            out.metadata("positions", "0,-1");
            out.metadata("position_indices", "[-1, 0]");
            out.metadata("text_strings", "{\"3\":\"a cat sat\",\"x\":\"?\"}");
            out.metadata("token_strings", "{\"5\":\"a\",\"6\":\" cat\"}");
            out.add("3.input_ids", new int[]{5, 6, 7}, 3);
            out.add("3.resid_post.1", Matrix.of(2, 2, 1, 2, 3, 4));
            out.add("4.input_ids", new int[]{6, 5}, 2);
            out.add("4.resid_post.1", Matrix.of(1, 2, 1, 2));
            out.finish();
        }
        Space states = open(captured, ImportOptions.NONE.withSite("resid_post.1"));
        assertThat(states.names()).containsExactly("3:0", "3:2", "4:0"); // the last has another number of rows than was asked for
        assertThat(states.items().fields(0)).isEqualTo(Map.of("text", "[a] cat sat", "position", 0L, "token", "a", "token_id", 5L));
        assertThat(states.items().fields(1)).isEqualTo(
                Map.of("text", "a cat [sat]", "position", 2L, "token", "\uFFFD", "token_id", 7L));
        assertThat(states.items().fields(2)).isEqualTo(Map.of("text", 4L, "position", 0L, "token", "", "token_id", -1L));
        Path damaged = folder.resolve("damaged.safetensors");
        try (SafetensorsWriter out = SafetensorsWriter.create(damaged)) {
            out.metadata("format", "latent4j capture 1");
            out.metadata("text_strings", "{\"3\":7}");
            out.add("0.resid_post.1", Matrix.of(1, 2, 1, 2));
            out.finish();
        }
        refused(() -> open(damaged, ImportOptions.NONE.withSite("resid_post.1"))).contains("damaged.safetensors", "'3'", "a string");
    }

    @Test
    void anExportNeedsAFolder() {
        Path file = folder.resolve("none/out.csv");
        refused(() -> SpaceExport.write(Space.of(Points.random(), Points.names()), SpaceExport.Format.CSV, file))
                .contains("out.csv: can't be written: there is no folder", "make it first").doesNotContain(".new");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            name;x;y\\na;1,5;-2\\nb;,25;3e0  | 1.5 -2 0.25 3
            1,5;2,5\\n3;4                   | 1.5 2.5 3 4
            a;1,5;2\\nb;"2,5";3             | 1.5 2 2.5 3
            name,x\\n"a;b",1\\nc,2          | 1 2
            """)
    void whereSemicolonsSeparateTheCommaIsADecimalOne(String table, String numbers) throws IOException {
        float[] expected = new float[numbers.split(" ").length];
        for (int i = 0; i < expected.length; i++) {
            expected[i] = Float.parseFloat(numbers.split(" ")[i]);
        }
        assertThat(Spaces.open(write("t.csv", table.replace("\\n", "\n"))).vectors().data()).containsExactly(expected);
    }

    @ParameterizedTest
    @EnumSource(SpaceExport.Format.class)
    void whatIsExportedIsReadBack(SpaceExport.Format format) {
        List<String> names = List.of("a, b", "c", "ü");
        Space space = Space.of(Matrix.of(3, 2, 1, 2.5f, -3e-9f, 4, 0.1f, 6),
                Items.of(names, Map.of("kind", List.of("x", "y", "z"), "size", List.of(7L, 8L, 9L))), Origin.of("here"));
        Path file = SpaceExport.write(space, format, folder.resolve("out" + format.ending())).getFirst();
        boolean beside = format == SpaceExport.Format.NPY || format == SpaceExport.Format.SAFETENSORS;
        Space read = open(file, beside ? ImportOptions.NONE.withNames(folder.resolve("out.names.txt").toString()) : ImportOptions.NONE);
        assertThat(read.vectors()).isEqualTo(space.vectors());
        assertThat(read.names()).isEqualTo(names);
        if (format == SpaceExport.Format.CSV || format == SpaceExport.Format.PROJECTOR || format == SpaceExport.Format.PARQUET) {
            assertThat(read.items().fields(2)).isEqualTo(
                    Map.of("kind", "z", "size", format == SpaceExport.Format.PROJECTOR ? "9" : (Object) 9L));
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ragged.csv    | 1,2\\n3             | line 2 has 1 columns, the rows before have 2
            text.csv      | a,b\\nc,d           | no columns of numbers
            empty.csv     | ''                  | is empty
            word.csv      | 1,2\\n3,x           | has 'x' in column 1
            nan.csv       | 1,2\\nnan,4         | point 1 has the value NaN in column 0
            inf.csv       | 1,2\\n3,-inf        | point 1 has the value -Infinity in column 1
            quote.csv     | a,b\\n"x,1          | quotes don't end
            twice.txt     | a 1 2\\na 3 4       | has the name 'a' twice, at points 0 and 1; take the first of each with --repeated first
            short.txt     | a 1 2\\nb 3         | line 2 has 1 numbers behind its word, the lines before have 2
            letters.txt   | a 1 2\\nb 3 x       | has 'x' where number 2 of 2 is expected
            prose.txt     | to be or not        | is no word with its numbers
            count.vec     | 3 2\\na 1 2         | says that it has 3 words, it has 1
            none.bin      | hello world         | is no word2vec file
            huge.bin      | 99999999 300\\na    | more than fit in its
            other.json    | {"a":1}             | has no 'vectors'
            broken.json   | {"dimensions":2,    | is no valid JSON
            x.npy         | no array            | is no NumPy array
            x.npz         | no archive          | is no zip archive
            x.parquet     | no parquet          | is no Parquet file
            x.safetensors | no tensors at all   | is a text file
            x.unknown     | what                | is no file of vectors that is known
            """)
    void badFilesAreToldInOneLine(String name, String content, String told) throws IOException {
        Path file = write(name, content.replace("\\n", "\n"));
        refused(() -> Spaces.open(file)).contains(name).contains(told);
    }

    /** Whatever the format, a value that isn't finite is told with where it is. */
    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
    void valuesThatArentFiniteAreRefusedInEveryFormat(float value) throws IOException {
        Matrix points = Points.random();
        points.data()[7 * Points.WIDTH + 2] = value;
        Points.npz(folder.resolve("a.npz"), List.of("X"), List.of(Points.npy(points)));
        try (SafetensorsWriter out = SafetensorsWriter.create(folder.resolve("a.safetensors"))) {
            out.add("vectors", points);
            out.finish();
        }
        Space space = Space.of(points, Points.names());
        SpaceExport.write(space, SpaceExport.Format.PARQUET, folder.resolve("a.parquet"));
        SpaceExport.write(space, SpaceExport.Format.CSV, folder.resolve("a.csv"));
        SpaceExport.write(space, SpaceExport.Format.GLOVE, folder.resolve("a.txt"));
        write("a.npy", Points.npy(points));
        for (String name : List.of("a.npy", "a.npz", "a.safetensors", "a.parquet", "a.csv", "a.txt")) {
            refused(() -> Spaces.open(folder.resolve(name))).contains(name, "point 7", "the value " + value + " in column 2");
        }
    }

    @Test
    void textInAnotherEncodingAndTablesOfAMillionColumns() throws IOException {
        Path latin = write("latin.csv", "name,x\ncaf\u00e9,1\n".getBytes(StandardCharsets.ISO_8859_1));
        refused(() -> Spaces.open(latin)).contains("line 2 isn't text in UTF-8");
        Path wide = write("utf16.csv", "name,x\nb,1\n".getBytes(StandardCharsets.UTF_16));
        refused(() -> Spaces.open(wide)).contains("UTF-16");
        Path unmarked = write("unmarked.csv", "name,x\nb,1\n".getBytes(StandardCharsets.UTF_16LE));
        refused(() -> Spaces.open(unmarked)).contains("UTF-16", "iconv -f UTF-16LE");
        Path million = write("million.csv", "1" + ",1".repeat(999_999) + "\n");
        refused(() -> Spaces.open(million)).contains("65536 columns");
        assertThat(Spaces.open(write("bom.csv", "\ufeffname,x\na,1\n")).names()).containsExactly("a");
    }

    @Test
    void objectsOtherShapesAndArraysThatAreCutOff() throws IOException {
        Path object = write("o.npy", Points.npy("|O", false, "2,", new byte[16]));
        refused(() -> Spaces.open(object)).contains("pickle");
        Path flat = write("f.npy", Points.npy("<f4", false, "2,", new byte[8]));
        refused(() -> Spaces.open(flat)).contains("[points, width]");
        Path cut = write("c.npy", Points.npy("<f4", false, "20000000000, 3", new byte[8]));
        refused(() -> Spaces.open(cut)).contains("its shape [20000000000, 3] needs");
        Path none = write("n.npy", Points.npy("<f4", false, "0, 3", new byte[0]));
        refused(() -> Spaces.open(none)).contains("no points");
    }

    @Test
    void repeatedNamesAreRefusedLeftOutOrNumbered() throws IOException {
        Path file = write("g.txt", "a 1 2\nb 3 4\na 5 6\n");
        Space first = open(file, ImportOptions.NONE.withRepeated(ImportOptions.Repeated.FIRST));
        assertThat(first.names()).containsExactly("a", "b");
        assertThat(first.vectors()).isEqualTo(Matrix.of(2, 2, 1, 2, 3, 4));
        Space numbered = open(file, ImportOptions.NONE.withRepeated(ImportOptions.Repeated.NUMBER));
        assertThat(numbered.names()).containsExactly("a", "b", "a#2");
    }

    @Test
    void copiesOfSlowFilesAreUsedUntilTheFileChanges() throws IOException {
        Path file = write("g.txt", "a 1 2\nb 3 4\n");
        Path copies = folder.resolve("copies");
        assertThat(CachedSpaces.open("g", file, copies, Progress.NONE).names()).containsExactly("a", "b");
        assertThat(copies.resolve("g.space")).isDirectory();
        assertThat(CachedSpaces.open("g", file, copies, Progress.NONE).origin()).extracting(Origin::source).isEqualTo("g");
        write("g.txt", "a 1 2\nc 3 4 \n");
        assertThat(CachedSpaces.open("g", file, copies, Progress.NONE).find("c")).isPresent();
    }
}

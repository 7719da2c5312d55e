package org.latent4j.insight.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.latent4j.insight.probe.ProbeData.Item;
import org.latent4j.kernel.LatentException;

class ConllUTest {
    private static final String TWO = """
            # sent_id = 1
            1-2\tDon't\t_\t_\t_\t_\t_\t_\t_\t_
            1\tDo\tdo\tAUX\tVB\t_\t3\taux\t_\t_
            2\tn't\tnot\tPART\tRB\tPolarity=Neg\t3\tadvmod\t_\t_
            3\tfeed\tfeed\tVERB\tVB\t_\t0\troot\t_\t_
            4\tRex\tRex\tPROPN\tNNP\tNumber=Sing\t3\tobj\t_\tSpaceAfter=No
            5\t!\t!\tPUNCT\t.\t_\t3\tpunct\t_\t_
            5.1\tnothing\t_\t_\t_\t_\t_\t_\t_\t_

            1\tCats\tcat\tNOUN\tNNS\tNumber=Plur\t2\tnsubj\t_\t_
            2\tsleep\tsleep\tVERB\tVBP\t_\t0\troot\t_\t_
            """;

    @TempDir
    private Path folder;

    private ProbeData read(String text, String feature) throws IOException {
        Path file = folder.resolve("a.conllu");
        Files.writeString(file, text);
        return ConllU.read(file, ConllU.Feature.parse(feature));
    }

    @Test
    void wordsKnowTheirPlacesInTheText() throws IOException {
        ProbeData data = read(TWO, "upos");
        assertEquals(List.of("Don't feed Rex!", "Cats sleep"), data.texts());
        assertEquals(List.of("Do", "n't", "feed", "Rex", "!", "Cats", "sleep"),
                data.items().stream().map(item -> data.texts().get(item.text()).substring(item.from(), item.to())).toList());
        assertEquals(List.of("AUX", "PART", "VERB", "PROPN", "PUNCT", "NOUN", "VERB"), data.items().stream().map(Item::label).toList());
    }

    @Test
    void aValueStandsAgainstAllOthersAndANameForItsValues() throws IOException {
        assertEquals(1, read(TWO, "upos=PROPN").items().stream().filter(item -> item.label().equals("PROPN")).count());
        assertEquals(7, read(TWO, "upos=PROPN").items().size());
        assertEquals(List.of("Sing", "Plur"), read(TWO, "Number").items().stream().map(Item::label).toList());
        assertEquals("nsubj", read(TWO, "deprel=nsubj").items().get(5).label());
    }

    @Test
    void whatIsNoConllUIsToldByItsLine() {
        assertTrue(assertThrows(LatentException.class, () -> read("1\tCats\n", "upos")).getMessage().contains("line 1 has 2 columns"));
        assertTrue(assertThrows(LatentException.class, () -> read(TWO, "Colour=Red")).getMessage().contains("Colour=Red"));
    }
}

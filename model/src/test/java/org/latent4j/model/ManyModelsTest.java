package org.latent4j.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.latent4j.kernel.Matrix;
import org.latent4j.kernel.WorkerPool;
import org.latent4j.model.site.Sites;

/** Many models, many threads, many times. */
class ManyModelsTest {
    private static final int[] IDS = {5, 9, 3, 17, 30, 12};
    private static final Sites SITES = Sites.of("resid_post.2,logits");

    @Test
    void modelsShareAPoolAndLeaveItOpen() {
        try (WorkerPool pool = new WorkerPool(2)) {
            Models.Options options = Models.Options.standard().withOffline(true).withPool(pool);
            Matrix before;
            try (Model one = Models.open(TinyModelsTest.folder("llama").toString(), options);
                    Model other = Models.open(TinyModelsTest.folder("mistral").toString(), options);
                    Model alone = TinyModelsTest.open("mistral", 1)) {
                assertThat(one.threads()).isEqualTo(2);
                before = one.trace(IDS, SITES).get("logits");
                assertThat(other.trace(IDS, SITES).get("logits")).isEqualTo(alone.trace(IDS, SITES).get("logits"));
            }
            try (Model again = Models.open(TinyModelsTest.folder("llama").toString(), options)) {
                assertThat(again.trace(IDS, SITES).get("logits")).isEqualTo(before);
            }
        }
    }

    @Test
    void threadsTakeTurnsAndGetWhatIsTheirs() throws Exception {
        try (Model model = TinyModelsTest.open("llama", 2)) {
            Generation request = Generation.greedy(6).withIgnoreEnd(true);
            Matrix states = model.trace(IDS, SITES).get("logits");
            int[] said = model.generate(IDS, request).ids();
            try (var threads = java.util.concurrent.Executors.newFixedThreadPool(8)) {
                List<Future<?>> all = new ArrayList<>();
                for (int i = 0; i < 40; i++) {
                    boolean generates = i % 2 == 0;
                    all.add(threads.submit(() -> {
                        if (generates) {
                            assertThat(model.generate(IDS, request).ids()).isEqualTo(said);
                        } else {
                            assertThat(model.trace(IDS, SITES).get("logits")).isEqualTo(states);
                        }
                    }));
                }
                for (Future<?> one : all) {
                    one.get();
                }
            }
        }
    }

    @Test
    void openingAndClosingAThousandTimesLeavesNothing() throws IOException {
        openAndClose(50);
        long mapped = mapped();
        long heap = heap();
        openAndClose(1000);
        assertThat(mapped()).as("mapped files").isLessThanOrEqualTo(mapped);
        assertThat(ManagementFactory.getThreadMXBean().getThreadCount()).as("threads").isLessThan(100);
        assertThat(heap() - heap).as("heap").isLessThan(4_000_000);
    }

    private static void openAndClose(int times) {
        for (int i = 0; i < times; i++) {
            try (Model model = TinyModelsTest.open("llama", 2)) {
                assertThat(model.generate(IDS, Generation.greedy(1).withIgnoreEnd(true)).ids()).hasSize(1);
            }
        }
    }

    /** How many mappings of model files there are, where the system tells. */
    private static long mapped() throws IOException {
        Path maps = Path.of("/proc/self/maps");
        return Files.isReadable(maps)
                ? Files.readAllLines(maps).stream().filter(line -> line.endsWith(".safetensors")).count()
                : 0;
    }

    private static long heap() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    @Test
    void aClosedModelMayBeClosedAgain() {
        Model model = TinyModelsTest.open("llama", 2);
        model.close();
        model.close();
        assertThatThrownBy(() -> model.generate(IDS, Generation.greedy(1))).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
    }

    @Test
    void aModelLargerThanMemoryIsAnnounced() throws IOException {
        Path file = TinyModelsTest.folder("llama").resolve("model.safetensors");
        assertThat(LargerThanMemory.notice("llama", List.of(file), Files.size(file)).orElseThrow())
                .contains("model 'llama'", "memory", "read from the disk").doesNotContain("\n");
        assertThat(LargerThanMemory.notice("llama", List.of(file), 2 * Files.size(file))).isEmpty();
        assertThat(LargerThanMemory.notice("llama", List.of(file), 0)).isEmpty();
        assertThat(LargerThanMemory.memory()).isPositive();
    }
}

package org.latent4j.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorkerPoolTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7})
    void everyItemIsWorkedOnOnce(int threads) {
        try (WorkerPool pool = new WorkerPool(threads)) {
            for (int count = 0; count < 300; count++) {
                AtomicIntegerArray done = new AtomicIntegerArray(count + 1);
                pool.run(count, (item, _) -> done.incrementAndGet(item));
                for (int item = 0; item < count; item++) {
                    assertThat(done.get(item)).isEqualTo(1);
                }
            }
        }
    }

    @Test
    void whatATaskThrowsIsThrownToTheCallerAndThePoolGoesOn() {
        try (WorkerPool pool = new WorkerPool(3)) {
            assertThatThrownBy(() -> pool.run(100, (item, _) -> {
                if (item == 37) {
                    throw new IllegalArgumentException("item 37");
                }
            }))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("item 37");
            AtomicIntegerArray done = new AtomicIntegerArray(10);
            pool.run(10, (item, _) -> done.incrementAndGet(item));
            assertThat(done.get(9)).isEqualTo(1);
        }
    }

    @Test
    void manyCallersTakeTurns() throws InterruptedException {
        try (WorkerPool pool = new WorkerPool(2)) {
            AtomicIntegerArray done = new AtomicIntegerArray(50);
            Thread[] callers = new Thread[4];
            for (int c = 0; c < callers.length; c++) {
                callers[c] = new Thread(() -> {
                    for (int i = 0; i < 200; i++) {
                        pool.run(50, (item, _) -> done.incrementAndGet(item));
                    }
                });
                callers[c].start();
            }
            for (Thread caller : callers) {
                caller.join();
            }
            assertThat(done.get(0)).isEqualTo(800);
            assertThat(done.get(49)).isEqualTo(800);
        }
    }

    @Test
    void aClosedPoolRefusesWork() {
        WorkerPool pool = new WorkerPool(2);
        pool.close();
        assertThatThrownBy(() -> pool.run(5, (_, _) -> {})).isInstanceOf(IllegalStateException.class);
    }
}

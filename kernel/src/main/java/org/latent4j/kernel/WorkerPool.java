package org.latent4j.kernel;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A few threads that work through the items of one task at a time, the caller among them.
 *
 * <p>A forward pass has hundreds of products of well under a millisecond, too short for a queue: idle workers spin for
 * a while before they sleep, and so does the caller at the end. Which worker gets which item is open; tasks write to
 * places that depend on the item alone, so results don't depend on the number of threads.
 *
 * <p>Safe for use from several threads: tasks are carried out one after the other. A task must not run another.
 */
public final class WorkerPool implements AutoCloseable {
    private static final int SPINS_BEFORE_SLEEP = 20_000;
    private static final int SPINS_BEFORE_YIELD = 2_000;

    /** Work on one item. */
    @FunctionalInterface
    public interface Task {
        /**
         * Works on one item.
         *
         * @param item from 0 to the number of items, exclusive
         * @param worker which worker it is, from 0 to {@link #threads()}, exclusive: for buffers of its own
         */
        void run(int item, int worker);
    }

    private final ReentrantLock running = new ReentrantLock(true);
    private final Worker[] workers;
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicInteger busy = new AtomicInteger();
    private int items;
    private @Nullable Task task;
    private volatile int round;
    private volatile boolean closed;
    private volatile @Nullable Throwable failure;

    /**
     * A pool of {@code threads} workers, the caller of {@link #run} being one of them.
     *
     * @throws IllegalArgumentException if there are fewer than 1 or more than 1024
     */
    public WorkerPool(int threads) {
        if (threads < 1 || threads > 1024) {
            throw new IllegalArgumentException("a pool has 1 to 1024 threads, not " + threads);
        }
        workers = new Worker[threads - 1];
        for (int i = 0; i < workers.length; i++) {
            workers[i] = new Worker(i + 1);
            workers[i].start();
        }
    }

    /** The number of workers, the caller included. */
    public int threads() {
        return workers.length + 1;
    }

    /**
     * Carries out the task for every item and returns when all are done. What the task throws is thrown here, after the
     * other workers have finished their items.
     *
     * @throws IllegalStateException if the pool is closed
     */
    public void run(int count, Task work) {
        if (count <= 1 || workers.length == 0) {
            runHere(count, work);
            return;
        }
        running.lock();
        try {
            if (closed) {
                throw new IllegalStateException("the worker pool is closed");
            }
            task = work;
            items = count;
            failure = null;
            next.set(0);
            busy.set(workers.length);
            round++;
            for (Worker worker : workers) {
                if (worker.asleep) {
                    LockSupport.unpark(worker);
                }
            }
            takeItems(work, 0);
            awaitOthers();
            task = null;
            rethrow(failure);
        } finally {
            running.unlock();
        }
    }

    private void runHere(int count, Task work) {
        running.lock();
        try {
            for (int item = 0; item < count; item++) {
                work.run(item, 0);
            }
        } finally {
            running.unlock();
        }
    }

    @SuppressWarnings("NonAtomicVolatileUpdate")
    private void takeItems(Task work, int worker) {
        try {
            for (int item = next.getAndIncrement(); item < items; item = next.getAndIncrement()) {
                work.run(item, worker);
            }
        } catch (Throwable thrown) {
            failure = thrown;
            next.set(items);
        }
    }

    private void awaitOthers() {
        for (int spins = 0; busy.get() > 0; spins++) {
            if (spins < SPINS_BEFORE_YIELD) {
                Thread.onSpinWait();
            } else {
                Thread.yield();
            }
        }
    }

    private static void rethrow(@Nullable Throwable thrown) {
        switch (thrown) {
            case null -> {
            }
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            default -> throw new IllegalStateException(thrown);
        }
    }

    /** Ends the threads; a task that is being carried out ends first. */
    @Override
    public void close() {
        running.lock();
        try {
            closed = true;
            for (Worker worker : workers) {
                LockSupport.unpark(worker);
            }
        } finally {
            running.unlock();
        }
    }

    private final class Worker extends Thread {
        private final int number;
        private volatile boolean asleep;

        Worker(int number) {
            super("latent-worker-" + number);
            this.number = number;
            setDaemon(true);
        }

        @Override
        public void run() {
            int seen = 0;
            for (boolean open = true; open;) {
                try {
                    open = awaitRound(seen);
                    if (open) {
                        seen = round;
                        work();
                    }
                } catch (InternalError late) { // a fault in a mapped file may be told after the access; the pool lives on
                    failure = late;
                }
            }
        }

        private void work() {
            try {
                Task work = task;
                if (work != null) {
                    takeItems(work, number);
                }
            } finally {
                busy.decrementAndGet();
            }
        }

        /** Waits for a round after {@code seen}; false when the pool is closed. */
        private boolean awaitRound(int seen) {
            for (int spins = 0; round == seen; spins++) {
                if (closed) {
                    return false;
                }
                if (spins < SPINS_BEFORE_SLEEP) {
                    Thread.onSpinWait();
                } else {
                    asleep = true;
                    if (round == seen && !closed) {
                        LockSupport.park(WorkerPool.this);
                    }
                    asleep = false;
                }
            }
            return true;
        }
    }
}

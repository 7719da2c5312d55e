package org.latent4j.workbench;

import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * Ctrl-C as something to act on rather than the end. The JDK has that in {@code sun.misc.Signal} alone, which compilers
 * warn of whatever one suppresses, so it is called by reflection; where it is missing, Ctrl-C ends the program.
 */
final class Interrupts implements AutoCloseable {
    private static final int INTERRUPTED = 130;

    private final Runnable restore;

    private Interrupts(Runnable restore) {
        this.restore = restore;
    }

    /** From here to {@link #close}, Ctrl-C calls {@code action}, on a thread of its own. */
    static Interrupts calling(Runnable action) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            var handle = signal.getMethod("handle", signal, handler);
            Object interrupt = signal.getConstructor(String.class).newInstance("INT");
            Object ours = Proxy.newProxyInstance(handler.getClassLoader(), new Class<?>[]{handler}, (proxy, method, arguments) -> {
                if (method.getName().equals("handle")) {
                    action.run();
                }
                return switch (method.getName()) {
                    case "hashCode" -> System.identityHashCode(proxy);
                    case "equals" -> proxy == arguments[0];
                    case "toString" -> "Interrupts";
                    default -> null;
                };
            });
            Object before = handle.invoke(null, interrupt, ours);
            return new Interrupts(() -> {
                try {
                    handle.invoke(null, interrupt, before);
                } catch (ReflectiveOperationException e) {
                    throw new IllegalStateException(e);
                }
            });
        } catch (ReflectiveOperationException | RuntimeException _) {
            return new Interrupts(() -> {});
        }
    }

    /** From here to {@link #close}, Ctrl-C sets {@code asked} and says so; once more, it ends the program wherever it is. */
    static Interrupts setting(AtomicBoolean asked, Consumer<String> note) {
        return calling(() -> {
            if (asked.getAndSet(true)) {
                System.exit(INTERRUPTED);
            }
            note.accept("stopping at the end of this step; Ctrl-C once more ends it at once");
        });
    }

    /** What Ctrl-C did before, it does again. */
    @Override
    public void close() {
        restore.run();
    }
}

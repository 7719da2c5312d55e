package org.latent4j.model.store;

import java.io.EOFException;
import java.io.IOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.latent4j.kernel.LatentException;

/** The bytes of an answer as they come, with a limit on how long nothing may come; {@link java.io.InputStream} has no such limit. */
final class HubBody implements BodySubscriber<HubBody>, AutoCloseable {
    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
    private volatile Flow.@Nullable Subscription subscription;
    private volatile boolean closed;

    private sealed interface Event {
        record Bytes(List<ByteBuffer> buffers) implements Event {}

        record End() implements Event {}

        record Failed(Throwable cause) implements Event {}
    }

    /**
     * The next bytes; empty at the end.
     *
     * @throws IOException if the connection breaks, or nothing comes for {@code silence}
     */
    List<ByteBuffer> next(Duration silence) throws IOException {
        try {
            Event event = events.poll(silence.toMillis(), TimeUnit.MILLISECONDS);
            return switch (event) {
                case null -> throw new IOException("nothing came for %d s".formatted(Math.max(1, silence.toSeconds())));
                case Event.Bytes bytes -> {
                    request();
                    yield bytes.buffers();
                }
                case Event.End _ -> List.of();
                case Event.Failed failed -> throw new IOException(
                        failed.cause() instanceof EOFException
                                ? "the connection was cut"
                                : "the connection broke: " + failed.cause().getMessage(),
                        failed.cause());
            };
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LatentException("interrupted; what was fetched stays, the next try goes on from it", e);
        }
    }

    private void request() {
        Flow.Subscription now = subscription;
        if (now != null) {
            now.request(1);
        }
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
        subscription = given;
        if (closed) {
            given.cancel();
        } else {
            given.request(1);
        }
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
        events.add(new Event.Bytes(buffers));
    }

    @Override
    public void onError(Throwable cause) {
        events.add(new Event.Failed(cause));
    }

    @Override
    public void onComplete() {
        events.add(new Event.End());
    }

    @Override
    public CompletionStage<HubBody> getBody() {
        return CompletableFuture.completedStage(this);
    }

    /** Lets go of the connection, whether or not all was read. */
    @Override
    public void close() {
        closed = true;
        Flow.Subscription now = subscription;
        if (now != null) {
            now.cancel();
        }
    }
}

package dev.airfoil.train;

import dev.airfoil.tensor.TensorException;
import dev.airfoil.train.data.BalancedSampler;
import dev.airfoil.train.data.Split;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * The micro-batches of a run, filled by a thread of their own ahead of the steps that use them. What is in one is a
 * function of (seed, step, micro-batch) alone.
 */
final class Batches implements AutoCloseable {
    /** One in use, one ready, one being filled. */
    private static final int BUFFERS = 3;

    private final TrainConfig config;
    private final TrainData data;
    private final BalancedSampler sampler;
    private final BlockingQueue<HostBatch> free = new ArrayBlockingQueue<>(BUFFERS);
    private final BlockingQueue<Filled> ready = new ArrayBlockingQueue<>(BUFFERS);
    private final Thread thread;

    /** What the filling thread hands over. */
    private sealed interface Filled {
        record Full(HostBatch batch) implements Filled {}

        record Failed(Throwable cause) implements Filled {}
    }

    /** @param step the first step that will be asked for, from 1 */
    Batches(TrainConfig config, TrainData data, long step) {
        this.config = config;
        this.data = data;
        this.sampler = new BalancedSampler(data.set(), Split.TRAIN, config.seed());
        for (int i = 0; i < BUFFERS; i++) {
            free.add(data.hostBatch(config.microBatch()));
        }
        this.thread = Thread.ofPlatform().name("airfoil-batches").daemon().start(() -> run(step));
    }

    /** The next micro-batch; give it back with {@link #done} when it has been uploaded. */
    HostBatch next() {
        try {
            return switch (ready.take()) {
                case Filled.Full(HostBatch batch) -> batch;
                case Filled.Failed(Throwable cause) ->
                    throw new TensorException("preparing a batch failed: " + cause.getMessage(), cause);
            };
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TensorException("training was interrupted while it waited for data", e);
        }
    }

    void done(HostBatch batch) {
        free.add(batch);
    }

    private void run(long first) {
        try {
            for (long step = first; ; step++) {
                float[] sigmas = config.flow().sigmas(config.batch(), config.seed(), step);
                for (int micro = 0; micro < config.microBatches(); micro++) {
                    HostBatch batch = free.take();
                    fill(batch, step, micro, sigmas);
                    ready.put(new Filled.Full(batch));
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error e) {
            ready.add(new Filled.Failed(e));
        }
    }

    private void fill(HostBatch batch, long step, int micro, float[] sigmas) {
        batch.noise(Chance.NOISE.stream(step, micro));
        for (int i = 0; i < batch.size(); i++) {
            int item = micro * batch.size() + i;
            BalancedSampler.Sample sample = sampler.at(step, item);
            boolean drops = config.flow().drops(config.seed(), step, item);
            String caption =
                    drops ? "" : data.set().pair(sample.row()).captions().get(sample.caption());
            batch.put(i, sample.row(), data.texts().entry(caption), sigmas[item]);
        }
    }

    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

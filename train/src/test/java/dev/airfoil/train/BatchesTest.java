package dev.airfoil.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.airfoil.pipeline.PixelCodec;
import dev.airfoil.tensor.Backend;
import dev.airfoil.tensor.BackendProvider;
import dev.airfoil.tensor.Backends;
import dev.airfoil.tensor.Eager;
import dev.airfoil.tensor.Scope;
import dev.airfoil.train.data.ImageTextSet;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BatchesTest {
    @TempDir
    private Path folder;

    private final Backend backend = Backends.open("reference", BackendProvider.Options.DEFAULT);
    private TrainData data;

    /** Everything in a micro-batch, as numbers. */
    private record Seen(
            List<Float> latent,
            List<Float> text,
            List<Integer> mask,
            List<Float> pooled,
            List<Float> sigma,
            List<Float> noise) {}

    @BeforeEach
    void open() {
        Path set = Tiny.set(folder.resolve("set"), 11);
        data = new TrainData(ImageTextSet.open(set), Tiny.cache(set), new PixelCodec(), "");
    }

    @AfterEach
    void close() {
        data.texts().close();
        backend.close();
    }

    @Test
    void areFunctionsOfStepAndMicroBatch() {
        List<Seen> fromTheStart = take(Tiny.config(), 1, 6);
        List<Seen> fromTheSecondStep = take(Tiny.config(), 2, 4);

        assertThat(fromTheSecondStep).isEqualTo(fromTheStart.subList(2, 6));
        assertThat(fromTheStart).doesNotHaveDuplicates();
    }

    @Test
    void hideTheWholeTextOfSome() {
        TrainConfig base = Tiny.config();
        TrainConfig half = with(base, new FlowMatching(new Uniform(), TimeDistribution.Drawing.INDEPENDENT, 0.5));
        TrainConfig all = with(base, new FlowMatching(new Uniform(), TimeDistribution.Drawing.INDEPENDENT, 1));
        Seen empty = take(all, 1, 1).getFirst();
        int hidden = 0;
        int shown = 0;
        for (Seen seen : take(half, 1, 20)) {
            for (int i = 0; i < 2; i++) {
                boolean text = row(seen.text, i, 2).equals(row(empty.text, 0, 2));
                boolean mask = row(seen.mask, i, 2).equals(row(empty.mask, 0, 2));
                boolean pooled = row(seen.pooled, i, 2).equals(row(empty.pooled, 0, 2));
                assertThat(text).isEqualTo(mask).isEqualTo(pooled);
                hidden += text ? 1 : 0;
                shown += text ? 0 : 1;
            }
        }
        assertThat(hidden).isBetween(10, 30);
        assertThat(shown).isEqualTo(40 - hidden);
        assertThat(row(empty.mask, 0, 2)).containsExactly(1, 0, 0, 0, 0, 0);
    }

    @Test
    void showPicturesFromMinusOneToOne() {
        HostBatch batch = data.hostBatch(1);
        batch.put(0, 3, data.canonical(3), 0.25f);
        byte[] rgb = data.set().image(3);
        List<Float> want = new ArrayList<>();
        for (int c = 0; c < 3; c++) {
            for (int p = 0; p < 16; p++) {
                want.add((rgb[3 * p + c] & 0xff) / 127.5f - 1);
            }
        }
        Seen seen = upload(batch);

        assertThat(seen.latent).isEqualTo(want);
        assertThat(seen.sigma).containsExactly(0.25f);
    }

    private List<Seen> take(TrainConfig config, long step, int count) {
        List<Seen> seen = new ArrayList<>();
        try (Batches batches = new Batches(config, data, step)) {
            for (int i = 0; i < count; i++) {
                HostBatch batch = batches.next();
                seen.add(upload(batch));
                batches.done(batch);
            }
        }
        return seen;
    }

    private Seen upload(HostBatch batch) {
        return new Eager(backend)
                .call(() -> Scope.call("test", () -> {
                    Batch b = batch.upload(data.codec(), 7);
                    return new Seen(
                            floats(b.latent().toFloats()),
                            floats(b.text().toFloats()),
                            Arrays.stream(b.mask().toInts()).boxed().toList(),
                            floats(b.pooled().toFloats()),
                            floats(b.sigma().toFloats()),
                            floats(b.noise().toFloats()));
                }));
    }

    private static List<Float> floats(float[] values) {
        List<Float> list = new ArrayList<>();
        for (float value : values) {
            list.add(value);
        }
        return list;
    }

    private static <T> List<T> row(List<T> all, int row, int rows) {
        int length = all.size() / rows;
        return all.subList(row * length, (row + 1) * length);
    }

    private static TrainConfig with(TrainConfig c, FlowMatching flow) {
        return new TrainConfig(
                c.model(),
                c.encoder(),
                c.textTokens(),
                c.codec(),
                c.optimizer(),
                flow,
                c.batch(),
                c.microBatches(),
                c.warmup(),
                c.clip(),
                c.emaDecay(),
                c.seed());
    }
}

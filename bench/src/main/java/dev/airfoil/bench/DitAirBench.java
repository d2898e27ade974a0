package dev.airfoil.bench;

import dev.airfoil.autograd.Tape;
import dev.airfoil.dit.DitAir;
import dev.airfoil.dit.DitConfig;
import dev.airfoil.dit.Sharing;
import dev.airfoil.nn.Params;
import dev.airfoil.tensor.BackendProvider.Options;
import dev.airfoil.tensor.BackendProvider.Precision;
import dev.airfoil.tensor.F;
import dev.airfoil.tensor.Shape;
import dev.airfoil.tensor.Tensor;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** A whole DiT-Air: forward, and forward with backward. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(
        value = 1,
        jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
@Warmup(iterations = 3, time = 3)
@Measurement(iterations = 5, time = 3)
public class DitAirBench {
    /** What is run. */
    public enum Model {
        /** The default model's size, 8 pictures of 32 x 32 pixels. */
        EMOJI(new DitConfig(Sharing.NONE, 7, 192, 6, 3, 2, 384, 384), 8, 32, 16),
        /** DiT-Air/S, one latent of a 256 x 256 picture, 77 text tokens. */
        S(DitConfig.preset("air-s"), 1, 32, 77),
        /** DiT-Air/B, 64 latents of 256 x 256 pictures: a GPU's size. */
        B(DitConfig.preset("air-b"), 64, 32, 77),
        /** DiT-Air/B, 16 latents of 512 x 512 pictures: a GPU's size. */
        B_512(DitConfig.preset("air-b"), 16, 64, 77);

        private final DitConfig config;
        private final int batch;
        private final int side;
        private final int text;

        Model(DitConfig config, int batch, int side, int text) {
            this.config = config;
            this.batch = batch;
            this.side = side;
            this.text = text;
        }
    }

    @Param({"EMOJI", "S"})
    public Model model = Model.EMOJI;

    @Param({"cpu"})
    public String backend = "cpu";

    @Param({"F32"})
    public Precision precision = Precision.F32;

    private Device device;
    private Params params;
    private DitAir dit;
    private Tensor latent;
    private Tensor text;
    private Tensor pooled;
    private Tensor sigma;

    @Setup
    public void setUp() {
        DitConfig c = model.config;
        device = new Device(backend, new Options(OptionalInt.empty(), OptionalLong.empty(), precision));
        params = device.keep(() -> Params.fresh(dev.airfoil.tensor.Scope.current(), 1));
        dit = device.keep(() -> new DitAir(c, params));
        latent = device.keep(() -> F.normal(1, 0, model.batch, c.latentChannels(), model.side, model.side));
        text = device.keep(() -> F.normal(1, 1, model.batch, model.text, c.textDim()));
        pooled = device.keep(() -> F.normal(1, 2, model.batch, c.pooledDim()));
        sigma = device.keep(() -> F.fill(Shape.of(model.batch), 0.5));
        for (float v : device.values(this::velocity)) {
            if (v != 0) {
                throw new IllegalStateException("a fresh model must predict 0, not " + v);
            }
        }
    }

    @TearDown
    public void tearDown() {
        device.close();
    }

    @Benchmark
    public void forward() {
        device.run(this::velocity);
    }

    @Benchmark
    public void forwardAndBackward() {
        device.run(() -> Tape.gradients(params.values(), () -> F.mse(velocity(), latent)));
    }

    private Tensor velocity() {
        return dit.forward(latent, text, pooled, sigma, Optional.empty());
    }
}

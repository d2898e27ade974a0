package dev.airfoil.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.airfoil.autograd.Gradients;
import dev.airfoil.autograd.Tape;
import dev.airfoil.dit.DitConfig;
import dev.airfoil.dit.Sharing;
import dev.airfoil.nn.Parameter;
import dev.airfoil.pipeline.PixelCodec;
import dev.airfoil.tensor.Backend;
import dev.airfoil.tensor.BackendProvider;
import dev.airfoil.tensor.BackendProvider.Precision;
import dev.airfoil.tensor.Backends;
import dev.airfoil.tensor.DType;
import dev.airfoil.tensor.Eager;
import dev.airfoil.tensor.F;
import dev.airfoil.tensor.Scope;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.train.data.ImageTextSet;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainerTest {
    @TempDir
    private Path folder;

    private final Backend backend = Backends.open("reference", BackendProvider.Options.DEFAULT);
    private TrainData data;

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
    void aFreshModelMissesAllOfTheVelocity() {
        inState(Tiny.config(), (state, batches) -> {
            Batch batch = upload(batches);
            float[] z0 = batch.latent().toFloats();
            float[] eps = batch.noise().toFloats();
            double want = 0;
            for (int i = 0; i < z0.length; i++) {
                want += Math.pow((double) z0[i] - eps[i], 2) / z0.length;
            }
            // The last layer starts at zero, and so does the velocity.
            assertThat((double) FlowMatching.loss(state.model(), batch).item()).isCloseTo(want, within(1e-5 * want));
        });
    }

    @Test
    void aStepTakesTheMeanGradientOfItsMicroBatches() {
        TrainConfig config = adam();
        List<float[]> byHand = new ArrayList<>();
        inState(config, (state, batches) -> {
            List<List<Tensor>> both = new ArrayList<>();
            for (int micro = 0; micro < 2; micro++) {
                Batch batch = upload(batches);
                Gradients gradients = Tape.gradients(state.values(), () -> FlowMatching.loss(state.model(), batch));
                both.add(gradients.all());
            }
            List<Tensor> mean = new ArrayList<>();
            for (int i = 0; i < both.getFirst().size(); i++) {
                mean.add(both.get(0).get(i).add(both.get(1).get(i)).mul(0.5));
            }
            state.learn(mean);
            state.values().forEach(v -> byHand.add(v.toFloats()));
        });

        inState(config, (state, batches) -> {
            try (Trainer trainer = new Trainer(config, state, data.codec(), Tape.Blocks.REMEMBER)) {
                trainer.step(batches);
                assertThat(state.step()).isEqualTo(1);
                assertThat(trainer.takeLoss()).isPositive();
            }
            for (int i = 0; i < byHand.size(); i++) {
                assertThat(state.values().get(i).toFloats()).containsExactly(byHand.get(i), within(1e-6f));
            }
        });
    }

    /** Fresh weights hide most gradients behind zeros, so noise is added. */
    @Test
    void mixedPrecisionGivesNearlyTheSameGradientsAndKeepsThemF32() {
        List<List<float[]>> gradients = new ArrayList<>();
        for (Precision precision : Precision.values()) {
            var options = new BackendProvider.Options(OptionalInt.of(1), OptionalLong.empty(), precision);
            try (Backend other = Backends.open("reference", options)) {
                inState(other, Tiny.config(), (state, batches) -> {
                    Batch batch = upload(batches);
                    state.all().get(Checkpoint.MODEL).values().forEach(TrainerTest::disturb);
                    Gradients g = Tape.gradients(state.values(), () -> FlowMatching.loss(state.model(), batch));
                    assertThat(g.all()).allMatch(t -> t.dtype() == DType.F32);
                    gradients.add(g.all().stream().map(Tensor::toFloats).toList());
                });
                assertThat(other.memory().blocks()).isZero();
            }
        }
        for (int i = 0; i < gradients.getFirst().size(); i++) {
            double difference = 0;
            double square = 0;
            for (int j = 0; j < gradients.get(0).get(i).length; j++) {
                difference +=
                        Math.pow(gradients.get(0).get(i)[j] - gradients.get(1).get(i)[j], 2);
                square += Math.pow(gradients.get(0).get(i)[j], 2);
            }
            assertThat(Math.sqrt(difference / square)).as("parameter %d", i).isLessThan(0.05);
        }
    }

    private static void disturb(Parameter p) {
        Tensor noise =
                F.normal(3, p.name().hashCode(), p.value().shape().toArray()).mul(0.2);
        p.set(p.value().add(noise));
    }

    @Test
    void clippingScalesAllGradientsTogether() {
        new Eager(backend)
                .run(() -> Scope.run("test", () -> {
                    List<Tensor> gradients = List.of(Tensor.of(new float[] {3, 0}, 2, 1), Tensor.of(4));
                    Tensor norm = Trainer.norm(gradients);
                    assertThat(norm.item()).isEqualTo(5);

                    List<Tensor> half = Trainer.shortened(gradients, norm, 2.5);
                    assertThat(half.getFirst().toFloats()).containsExactly(1.5f, 0);
                    assertThat(half.getLast().item()).isEqualTo(2);
                    assertThat(Trainer.shortened(gradients, norm, 6).getLast().item())
                            .isEqualTo(4);

                    List<Tensor> nothing = List.of(Tensor.of(0));
                    Tensor zero = Trainer.norm(nothing);
                    assertThat(Trainer.shortened(nothing, zero, 1).getFirst().item())
                            .isZero();
                }));
    }

    @Test
    void validationAsksTheSameQuestionEveryTime() {
        inState(Tiny.config(), (state, _) -> {
            Validation validation = new Validation(Tiny.config(), data);
            assertThat(validation.bySigma(state.ema()))
                    .hasSize(8)
                    .isEqualTo(new Validation(Tiny.config(), data).bySigma(state.ema()));
        });
        assertThat(Validation.spread(new int[] {2, 3, 5, 7, 11}, 2)).containsExactly(2, 5);
        assertThat(Validation.spread(new int[] {2, 3}, 9)).containsExactly(2, 3);
        assertThat(Validation.spread(new int[0], 9)).isEmpty();
    }

    @Test
    void whatDoesNotFitIsSaidBeforeAnythingBegins() {
        assertThatThrownBy(() -> fit(new DitConfig(Sharing.NONE, 1, 4, 1, 8, 2, Tiny.WIDTH, Tiny.WIDTH)))
                .hasMessage("the model has 8 latent channels, the image codec 3");
        assertThatThrownBy(() -> fit(new DitConfig(Sharing.NONE, 1, 4, 1, 3, 2, 7, Tiny.WIDTH)))
                .hasMessageContaining("text tokens of 7")
                .hasMessageContaining("gives 5");
        assertThatThrownBy(() -> fit(new DitConfig(Sharing.NONE, 1, 4, 1, 3, 3, Tiny.WIDTH, Tiny.WIDTH)))
                .hasMessageContaining("pictures of 4 pixels cannot be cut into patches of 3");
    }

    private void fit(DitConfig model) {
        Fit.check(Tiny.config().withModel(model), data.set(), data.texts(), data.codec());
    }

    /** What a test does with a fresh state and the first batches of a run. */
    private interface Body {
        void run(TrainState state, Batches batches);
    }

    private void inState(TrainConfig config, Body body) {
        inState(backend, config, body);
    }

    private void inState(Backend on, TrainConfig config, Body body) {
        new Eager(on)
                .run(() -> Scope.run("test", () -> {
                    try (TrainState state = TrainState.fresh(config);
                            Batches batches = new Batches(config, data, 1)) {
                        body.run(state, batches);
                    }
                }));
    }

    private Batch upload(Batches batches) {
        HostBatch host = batches.next();
        Batch batch = host.upload(data.codec(), Tiny.config().seed());
        batches.done(host);
        return batch;
    }

    private static TrainConfig adam() {
        TrainConfig c = Tiny.config();
        return new TrainConfig(
                c.model(),
                c.encoder(),
                c.textTokens(),
                c.codec(),
                AdamW.usual(1e-3),
                c.flow(),
                c.batch(),
                c.microBatches(),
                0,
                OptionalDouble.empty(),
                c.emaDecay(),
                c.seed());
    }
}

package dev.airfoil.samplers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.airfoil.tensor.Backend;
import dev.airfoil.tensor.BackendProvider;
import dev.airfoil.tensor.Backends;
import dev.airfoil.tensor.Eager;
import dev.airfoil.tensor.F;
import dev.airfoil.tensor.Scope;
import dev.airfoil.tensor.Shape;
import dev.airfoil.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SamplerTest {
    /** dx/ds = -x, so that x(s) = x(0) e^-s. */
    private static final VelocityField DECAY = (x, _) -> x.mul(-1);

    private Backend backend;

    @BeforeEach
    void open() {
        backend = Backends.open("reference", BackendProvider.Options.DEFAULT);
    }

    @AfterEach
    void close() {
        backend.close();
    }

    static List<Sampler> samplers() {
        return List.of(new Euler(), new Heun(), new HeunSde());
    }

    @ParameterizedTest
    @MethodSource("samplers")
    void asksTheFieldOncePerIntervalOrTwiceButAtTheLast(Sampler sampler) {
        AtomicInteger asked = new AtomicInteger();
        VelocityField counting = (x, sigma) -> {
            asked.incrementAndGet();
            assertThat(sigma.shape()).isEqualTo(Shape.of(2));
            return DECAY.at(x, sigma);
        };
        run(sampler, counting, SigmaSchedule.uniform(50), StepListener.NONE);
        assertThat(asked).hasValue(sampler instanceof Euler ? 50 : 99);
    }

    /** Halving the interval divides the error by 2^order; the last interval's Euler step keeps that of h^2. */
    @Test
    void heunIsOfSecondOrderAndEulerOfFirst() {
        assertThat(error(new Euler(), 64) / error(new Euler(), 128)).isBetween(1.9, 2.1);
        assertThat(error(new Heun(), 64) / error(new Heun(), 128)).isBetween(3.5, 4.5);
    }

    private double error(Sampler sampler, int steps) {
        float[] x = run(sampler, DECAY, SigmaSchedule.uniform(steps), StepListener.NONE);
        float[] start = in(() -> noise().start().toFloats());
        return Math.abs(x[0] / start[0] - Math.exp(-1));
    }

    @Test
    void theSdeWithoutDiffusionIsTheOde() {
        SigmaSchedule schedule = SigmaSchedule.shifted(7, 2);
        assertThat(run(new HeunSde(Diffusion.ZERO), DECAY, schedule, StepListener.NONE))
                .isEqualTo(run(new Heun(), DECAY, schedule, StepListener.NONE));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void memoryIsReturnedStepByStep(int steps) {
        in(() -> {
            Tensor start = noise().start();
            int before = backend.memory().blocks();
            Tensor end = new HeunSde().sample(DECAY, start, SigmaSchedule.uniform(steps), noise(), StepListener.NONE);
            assertThat(backend.memory().blocks()).isEqualTo(before + 1);
            assertThat(start.storage().isAlive()).isTrue();
            return end.toFloats();
        });
        assertThat(backend.memory().blocks()).isZero();
    }

    @Test
    void theListenerSeesEveryStepAndAPreviewThatEndsInTheResult() {
        List<Double> sigmas = new ArrayList<>();
        List<float[]> previews = new ArrayList<>();
        float[] result = run(new Heun(), DECAY, SigmaSchedule.uniform(4), event -> {
            assertThat(event.step()).isEqualTo(sigmas.size() + 1);
            assertThat(event.steps()).isEqualTo(4);
            sigmas.add(event.sigma());
            previews.add(event.preview().get().toFloats());
            return StepListener.Answer.CONTINUE;
        });
        assertThat(sigmas).containsExactly(0.75, 0.5, 0.25, 0.0);
        assertThat(previews.getLast()).containsExactly(result, within(1e-6f));
    }

    @Test
    void theListenerStopsTheWalk() {
        AtomicInteger steps = new AtomicInteger();
        assertThatThrownBy(() -> run(new Heun(), DECAY, SigmaSchedule.uniform(9), _ -> {
                    return steps.incrementAndGet() == 3 ? StepListener.Answer.STOP : StepListener.Answer.CONTINUE;
                }))
                .isInstanceOf(CancellationException.class)
                .hasMessageContaining("step 3 of 9");
        assertThat(steps).hasValue(3);
        assertThat(backend.memory().blocks()).isZero();
    }

    @Test
    void anImageDoesNotDependOnItsBatch() {
        in(() -> {
            Shape image = Shape.of(1, 3, 5);
            SeededNoise three = new SeededNoise(List.of(40L, 41L, 42L), image);
            SeededNoise one = new SeededNoise(List.of(41L), image);
            assertThat(three.start().shape()).isEqualTo(Shape.of(3, 1, 3, 5));
            assertThat(three.start().select(0, 1).toFloats())
                    .isEqualTo(one.start().toFloats());
            assertThat(three.of(4).select(0, 1).toFloats()).isEqualTo(one.of(4).toFloats());
            assertThat(one.of(4).toFloats()).isNotEqualTo(one.of(5).toFloats());
            assertThat(one.of(0).toFloats()).isNotEqualTo(one.start().toFloats());
            return one;
        });
    }

    @Test
    void guidanceAsksOnceForBothHalves() {
        float[] v = in(() -> {
            VelocityField doubled = (x, sigma) -> {
                assertThat(x.shape()).isEqualTo(Shape.of(4, 3));
                assertThat(sigma.toFloats()).containsExactly(0.5f, 0.25f, 0.5f, 0.25f);
                // Without the prompt x, with it 2x.
                return x.mul(Tensor.of(new float[] {1, 1, 2, 2}, 4, 1));
            };
            Tensor x = Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);
            return new Guidance(7.5)
                    .over(doubled)
                    .at(x, Tensor.of(new float[] {0.5f, 0.25f}, 2))
                    .toFloats();
        });
        assertThat(v).containsExactly(new float[] {8.5f, 17, 25.5f, 34, 42.5f, 51}, within(1e-5f));
        assertThat(new Guidance(1).isUsed()).isFalse();
        assertThatThrownBy(() -> new Guidance(-1)).hasMessageContaining("guidance -1.0 must be");
    }

    @Test
    void thePathAndItsVelocityBelongTogether() {
        in(() -> {
            Tensor data = F.normal(1, 0, 2, 3);
            Tensor noise = F.normal(2, 0, 2, 3);
            Tensor z = FlowPath.at(data, noise, Tensor.of(new float[] {0.3f, 0.3f}, 2, 1));
            Tensor v = FlowPath.velocity(data, noise);
            assertThat(FlowPath.data(z, v, 0.3).toFloats()).containsExactly(data.toFloats(), within(1e-6f));
            assertThat(z.sub(v.mul(0.7)).toFloats()).containsExactly(noise.toFloats(), within(1e-6f));
            return z;
        });
    }

    private static SeededNoise noise() {
        return new SeededNoise(List.of(3L, 4L), Shape.of(1, 1, 3));
    }

    private float[] run(Sampler sampler, VelocityField field, SigmaSchedule schedule, StepListener listener) {
        return in(() -> sampler.sample(field, noise().start(), schedule, noise(), listener)
                .toFloats());
    }

    private <T> T in(java.util.function.Supplier<T> body) {
        List<T> result = new ArrayList<>();
        new Eager(backend).run(() -> Scope.run("test", () -> result.add(body.get())));
        return result.getFirst();
    }
}

package dev.airfoil.tests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.airfoil.autograd.Gradients;
import dev.airfoil.autograd.Tape;
import dev.airfoil.nn.Linear;
import dev.airfoil.nn.Params;
import dev.airfoil.tensor.Backend;
import dev.airfoil.tensor.Backend.MemoryUse;
import dev.airfoil.tensor.BackendProvider.Availability;
import dev.airfoil.tensor.BackendProvider.Options;
import dev.airfoil.tensor.Backends;
import dev.airfoil.tensor.Eager;
import dev.airfoil.tensor.F;
import dev.airfoil.tensor.Scope;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.ops.Activation;
import dev.airfoil.train.AdamW;
import dev.airfoil.train.OptimizerState;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What only many training steps show of the memory of an OpenCL device. */
class OpenClStepsTest {
    private static final int FEATURES = 6;

    @BeforeEach
    void onlyWithADevice() {
        Backends.present().forEach((provider, availability) -> {
            if (provider.name().equals("opencl") && availability instanceof Availability.Unavailable(String reason)) {
                Assumptions.abort("opencl cannot run here: " + reason);
            }
        });
    }

    /** A network of two layers, what its optimizer remembers, and a batch that is uploaded anew for every step. */
    private record Learner(Params params, Linear in, Linear out, OptimizerState state) {
        static Learner of(Scope owner) {
            Params params = Params.fresh(owner, 1);
            Linear in = Linear.of(params.in("in"), FEATURES, 16);
            Linear out = Linear.of(params.in("out"), 16, FEATURES);
            return new Learner(
                    params,
                    in,
                    out,
                    new OptimizerState(AdamW.usual(0.01), params.all().values(), Params.fresh(owner, 2)));
        }

        float step(long number) {
            return Scope.call("step", () -> {
                float[] batch = new float[8 * FEATURES];
                for (int i = 0; i < batch.length; i++) {
                    batch[i] = (i * 7 + number) % 11 / 11f;
                }
                Tensor x = Tensor.of(batch, 8, FEATURES);
                Gradients g =
                        Tape.gradients(params.values(), () -> F.mse(out.forward(in.forward(x, Activation.Fn.SILU)), x));
                state.step(number, 0.01, g.all());
                return g.value().item();
            });
        }
    }

    @Test
    void aThousandStepsHoldTheSameBytes() {
        try (Backend backend = Backends.open("opencl", Options.DEFAULT);
                Scope owner = Scope.open("model")) {
            new Eager(backend).run(() -> {
                Learner learner = Learner.of(owner);
                float first = learner.step(1);
                for (int i = 2; i <= 5; i++) {
                    learner.step(i);
                }
                MemoryUse before = backend.memory();
                float last = first;
                for (int i = 6; i <= 1000; i++) {
                    last = learner.step(i);
                }
                assertThat(backend.memory()).isEqualTo(before);
                assertThat(last).as("loss").isLessThan(first / 10);
            });
        }
    }

    @Test
    void twoRunsGiveTheSameBits() {
        assertThat(losses()).isEqualTo(losses());
    }

    private static List<Float> losses() {
        try (Backend backend = Backends.open("opencl", Options.DEFAULT);
                Scope owner = Scope.open("model")) {
            return new Eager(backend).call(() -> {
                Learner learner = Learner.of(owner);
                return List.of(learner.step(1), learner.step(2), learner.step(3));
            });
        }
    }
}

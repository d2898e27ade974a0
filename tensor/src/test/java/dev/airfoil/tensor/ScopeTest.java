package dev.airfoil.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.airfoil.tensor.BackendProvider.Options;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ScopeTest {
    private final Eager eager = new Eager(Backends.open("reference", Options.DEFAULT));

    @AfterEach
    void close() {
        assertThat(eager.backend().memory().blocks()).isZero();
        eager.backend().close();
    }

    @Test
    void whatIsReturnedMovesToTheEnclosingScope() {
        eager.run(() -> Scope.run("outer", () -> {
            Tensor kept = Scope.call("inner", () -> F.zeros(3).add(1));
            assertThat(kept.toFloats()).containsExactly(1, 1, 1);
            assertThat(Scope.current().live()).isEqualTo(1);
        }));
    }

    @Test
    void useAfterTheScopeNamesTheScope() {
        List<Tensor> leaked = new ArrayList<>();
        eager.run(() -> Scope.run("outer", () -> {
            Scope.run("denoise step", () -> leaked.add(F.zeros(3)));
            assertThatThrownBy(() -> leaked.getFirst().add(1))
                    .isInstanceOf(TensorException.class)
                    .hasMessageContaining("affine")
                    .hasMessageContaining("'denoise step' has ended");
        }));
    }

    @Test
    void returningAnInputOfAnOuterScopeLeavesItThere() {
        eager.run(() -> Scope.run("outer", () -> {
            Tensor x = F.zeros(2, 3);
            Tensor view = Scope.call("inner", () -> x.reshape(6));
            assertThat(view.toFloats()).hasSize(6);
            assertThat(Scope.current().live()).isEqualTo(1);
        }));
    }

    @Test
    void withoutAScopeNothingIsMade() {
        assertThatThrownBy(() -> eager.run(() -> F.zeros(3))).hasMessageContaining("no scope is open");
        assertThatThrownBy(() -> eager.run(() -> Scope.call("lonely", () -> F.zeros(3))))
                .hasMessageContaining("returned from the outermost scope 'lonely'");
    }

    @Test
    void aLongLivedScopeKeepsUntilItIsClosed() {
        eager.run(() -> {
            try (Scope model = Scope.open("model")) {
                Tensor w = model.call(() -> F.fill(Shape.of(4), 2));
                Scope.run("step", () -> assertThat(w.add(1).toFloats()).containsOnly(3));
                assertThat(model.live()).isEqualTo(1);
                Scope.run("step", () -> {
                    Tensor next = w.mul(2);
                    model.adopt(next);
                    Scope.release(w);
                });
                assertThat(model.live()).isEqualTo(1);
                assertThatThrownBy(() -> Scope.run("step", () -> w.add(1)))
                        .hasMessageContaining("model (let go early)");
            }
        });
    }

    @Test
    void aScopeThatHasEndedTakesNothingAway() {
        eager.run(() -> {
            Scope ended = Scope.open("ended");
            ended.close();
            try (Scope owner = Scope.open("owner")) {
                Tensor x = owner.call(() -> F.zeros(3));
                assertThatThrownBy(() -> ended.adopt(x)).hasMessageContaining("scope 'ended' has ended");
                assertThat(owner.owns(x)).isTrue();
                assertThat(owner.live()).isEqualTo(1);
            }
        });
    }

    @Test
    void tooLittleMemorySaysHowMuch() {
        try (Backend small = Backends.open("reference", new Options(OptionalInt.empty(), OptionalLong.of(1 << 20)))) {
            new Eager(small)
                    .run(() -> Scope.run("test", () -> {
                        F.zeros(1000);
                        assertThatThrownBy(() -> F.zeros(1 << 20))
                                .isInstanceOf(TensorException.class)
                                .hasMessageContaining("4.0 MiB wanted")
                                .hasMessageContaining("1.0 MiB allowed");
                        assertThat(F.zeros(1000).toFloats()).hasSize(1000);
                    }));
            assertThat(small.memory().live()).isZero();
        }
    }

    @Test
    void backendsDoNotMix() {
        try (Backend other = Backends.open("reference", Options.DEFAULT)) {
            eager.run(() -> Scope.run("test", () -> {
                Tensor x = F.fill(Shape.of(3), 2);
                assertThatThrownBy(() -> new Eager(other).run(() -> x.add(1))).hasMessageContaining("lies on backend");
                assertThat(x.to(other).toFloats()).containsOnly(2);
            }));
        }
    }
}

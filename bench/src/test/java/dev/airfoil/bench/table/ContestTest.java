package dev.airfoil.bench.table;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.airfoil.bench.peers.Contender;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ContestTest {
    private static Contender giving(float... answer) {
        return new Contender() {
            @Override
            public void run() {}

            @Override
            public float[] answer() {
                return answer;
            }
        };
    }

    private static Contest contest(Contender ours, Rival rival, Contender theirs) {
        return new Contest(Unit.GFLOPS, 1, 1e-3, ours, Map.of(rival, theirs));
    }

    @Test
    void nothingIsTimedThatIsWrong() {
        assertThatThrownBy(() ->
                        contest(giving(1, 2), Rival.PYTORCH, giving(1, 2.1f)).check())
                .hasMessageContaining("PYTORCH gets another answer");
        assertThatThrownBy(
                        () -> contest(giving(1, 2), Rival.OPENBLAS, giving(1)).check())
                .hasMessageContaining("OPENBLAS gets another answer");
        assertThatThrownBy(() ->
                        contest(giving(Float.NaN), Rival.PYTORCH, giving(1)).check())
                .hasMessageContaining("PYTORCH gets another answer");
    }

    @Test
    void roundingIsForgivenAndACopyHasNoAnswer() {
        assertThatCode(() ->
                        contest(giving(1, 2), Rival.PYTORCH, giving(1, 2.0001f)).check())
                .doesNotThrowAnyException();
        assertThatCode(() -> contest(giving(1, 2), Rival.COPY, giving()).check())
                .doesNotThrowAnyException();
    }
}

package dev.airfoil.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.airfoil.tensor.Shape;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OptimizerTest {
    @Test
    void rejectsWhatCannotWork() {
        assertThatThrownBy(() -> AdamW.usual(0)).hasMessage("optimizer: the learning rate 0.0 must be positive");
        assertThatThrownBy(() -> new Beta2Schedule.Debiased(1)).hasMessageContaining("must lie between 0 and 1");
    }

    @Test
    void factorsOnlyWhatIsLongOnBothSides() {
        Adafactor paper = Adafactor.paper(1e-4);
        assertThat(paper.state(Shape.of(128, 129)))
                .isEqualTo(Map.of("row", Shape.of(128), "col", Shape.of(129), "m", Shape.of(128, 129)));
        assertThat(paper.state(Shape.of(127, 500)).keySet()).containsExactly("v", "m");
        assertThat(paper.state(Shape.of(500)).keySet()).containsExactly("v", "m");
    }

    @Test
    void beta2StartsAtNothing() {
        assertThat(new Beta2Schedule.Debiased(0.999).at(1)).isZero();
        assertThat(new Beta2Schedule.Power(0.8).at(1)).isZero();
        assertThat(new Beta2Schedule.Debiased(0.999).at(100_000)).isCloseTo(0.999, within(1e-12));
    }
}

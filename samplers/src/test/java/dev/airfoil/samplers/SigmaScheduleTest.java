package dev.airfoil.samplers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class SigmaScheduleTest {
    @Test
    void equalIntervals() {
        assertThat(SigmaSchedule.uniform(4)).isEqualTo(SigmaSchedule.of(1, 0.75, 0.5, 0.25, 0));
        assertThat(SigmaSchedule.uniform(1)).isEqualTo(SigmaSchedule.of(1, 0));
    }

    @Test
    void theShiftKeepsTheEndsAndRaisesTheMiddle() {
        SigmaSchedule s = SigmaSchedule.shifted(2, 3);
        assertThat(s.at(0)).isEqualTo(1);
        assertThat(s.at(1)).isCloseTo(0.75, within(1e-12));
        assertThat(s.at(2)).isZero();
    }

    @Test
    void anInnerLevelListedTwiceCountsOnce() {
        assertThat(SigmaSchedule.of(1, 0.5, 0.5, 0.25, 0.25, 0)).isEqualTo(SigmaSchedule.of(1, 0.5, 0.25, 0));
    }

    @Test
    void whatIsNoScheduleIsRefused() {
        assertThatThrownBy(() -> SigmaSchedule.uniform(0)).hasMessage("steps 0 must be 1 or more");
        assertThatThrownBy(() -> SigmaSchedule.of(0.5, 0.75, 0)).hasMessageContaining("it must fall");
        assertThatThrownBy(() -> SigmaSchedule.of(2, 1)).hasMessageContaining("sigma 2.0 must lie between 0 and 1");
        assertThatThrownBy(() -> SigmaSchedule.of(Double.NaN, 0)).hasMessageContaining("sigma NaN");
        assertThatThrownBy(() -> SigmaSchedule.of(0.5, 0.5)).hasMessageContaining("given 1");
        assertThatThrownBy(() -> SigmaSchedule.shifted(3, 0)).hasMessageContaining("shift 0.0 must be");
    }
}

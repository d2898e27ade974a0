package dev.airfoil.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.airfoil.train.TimeDistribution.Drawing;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class TimeDistributionTest {
    @Test
    void normalQuantilesAreThoseOfTables() {
        assertThat(LogitNormal.normalQuantile(0.5)).isZero();
        assertThat(LogitNormal.normalQuantile(0.975)).isCloseTo(1.959963984540054, within(3e-9));
        assertThat(LogitNormal.normalQuantile(0.025)).isCloseTo(-1.959963984540054, within(3e-9));
        assertThat(LogitNormal.normalQuantile(0.84134474606854293)).isCloseTo(1, within(2e-9));
        assertThat(LogitNormal.normalQuantile(0.001)).isCloseTo(-3.090232306167813, within(4e-9));
        assertThat(LogitNormal.normalQuantile(1 - 1e-6)).isCloseTo(4.753424308822899, within(6e-9));
    }

    @Test
    void logitNormalHasItsMedianAndSpread() {
        assertThat(new LogitNormal().quantile(0.5)).isEqualTo(0.5);
        double sigma = new LogitNormal(1, 2).quantile(0.84134474606854293);
        assertThat(Math.log(sigma / (1 - sigma))).isCloseTo(3, within(1e-8));
    }

    @Test
    void staysOffTheEnds() {
        for (float sigma : new LogitNormal(0, 100).draw(Drawing.INDEPENDENT, 1000, 1, 1)) {
            assertThat(sigma).isBetween(1e-5f, 1 - 1e-5f);
        }
    }

    @Test
    void stratifiedHasOneInEachPart() {
        float[] sigma = new Uniform().draw(Drawing.STRATIFIED, 101, 3, 5);
        float[] sorted = sigma.clone();
        Arrays.sort(sorted);
        for (int i = 0; i < sorted.length; i++) {
            assertThat(sorted[i] * 101).isBetween(i - 1e-3f, i + 1 + 1e-3f);
        }
        assertThat(sigma).isNotEqualTo(sorted);
    }

    @Test
    void isAFunctionOfSeedAndStep() {
        float[] once = new LogitNormal().draw(Drawing.STRATIFIED, 7, 3, 5);
        assertThat(new LogitNormal().draw(Drawing.STRATIFIED, 7, 3, 5)).isEqualTo(once);
        assertThat(new LogitNormal().draw(Drawing.STRATIFIED, 7, 3, 6)).isNotEqualTo(once);
        assertThat(new LogitNormal().draw(Drawing.STRATIFIED, 7, 4, 5)).isNotEqualTo(once);
    }

    @Test
    void rejectsWhatIsNoDistribution() {
        assertThatThrownBy(() -> new LogitNormal(0, 0)).hasMessageContaining("std 0.0 positive");
        assertThatThrownBy(() -> new LogitNormal(Double.NaN, 1)).hasMessageContaining("mean NaN must be a number");
    }
}

package dev.airfoil.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.airfoil.tensor.TensorException;
import org.junit.jupiter.api.Test;

class TrainJsonTest {
    @Test
    void readsWhatItWrites() {
        TrainConfig factored = Tiny.config();
        TrainConfig small = TrainConfig.small();
        TrainConfig power = small.withOptimizer(new Adafactor(1e-4, 0, new Beta2Schedule.Power(0.8), 1e-30, 1, 1));

        for (TrainConfig config : new TrainConfig[] {factored, small, power}) {
            assertThat(TrainJson.read(TrainJson.write(config), "test")).isEqualTo(config);
        }
    }

    @Test
    void saysWhatIsWrong() {
        String json = TrainJson.write(TrainConfig.small());

        assertThatThrownBy(() -> TrainJson.read(json.replace("\"batch\":256", "\"batch\":0"), "here"))
                .isInstanceOf(TensorException.class)
                .hasMessage(
                        "here holds no training configuration that can be used: training: batch 0 must be positive");
        assertThatThrownBy(() -> TrainJson.read(json.replace("\"heads\":6", "\"heads\":7"), "here"))
                .hasMessageContaining("heads 7 must divide dim 192");
        assertThatThrownBy(() -> TrainJson.read(json.replace("\"batch\"", "\"batches\""), "here"))
                .hasMessageContaining("Missing creator property 'batch'");
        assertThatThrownBy(() -> TrainJson.read(json.replace("\"seed\":0", "\"seed\":null"), "here"))
                .hasMessageContaining("here holds no training configuration");
        assertThatThrownBy(() -> TrainJson.read("{}", "here")).isInstanceOf(TensorException.class);
        assertThatThrownBy(() -> TrainJson.read("nonsense", "here")).isInstanceOf(TensorException.class);
    }

    @Test
    void namesTheDifference() {
        TrainConfig small = TrainConfig.small();

        assertThat(TrainJson.difference(small, small.withSeed(3))).isEqualTo("seed is 0 there and 3 here");
    }

    @Test
    void theRateRisesAndTheAverageGrowsLonger() {
        TrainConfig small = TrainConfig.small();

        assertThat(small.rate(1)).isEqualTo(1e-3 / 500);
        assertThat(small.rate(500)).isEqualTo(1e-3);
        assertThat(small.rate(100_000)).isEqualTo(1e-3);
        assertThat(small.emaDecay(1)).isEqualTo(2.0 / 11);
        assertThat(small.emaDecay(100_000)).isEqualTo(0.999);
    }
}

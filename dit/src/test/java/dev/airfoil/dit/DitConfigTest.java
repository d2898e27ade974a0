package dev.airfoil.dit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.airfoil.tensor.TensorException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DitConfigTest {
    /** Table 1 of the paper, in millions. */
    @ParameterizedTest
    @CsvSource({
        "air-s, 92.0",
        "air-b, 302.6",
        "air-l, 707.8",
        "air-xl, 1371.3",
        "air-xxl, 2768.0",
        "lite-attention-b, 212.3",
        "lite-full-b, 31.9"
    })
    void countsTheBlocksAsThePaperDoes(String preset, double millions) {
        assertThat(DitConfig.preset(preset).blockParameters() / 1e6).isBetween(millions - 0.06, millions + 0.06);
    }

    @Test
    void readsBackWhatItWrites() {
        for (String preset : DitConfig.presets()) {
            DitConfig config = DitConfig.preset(preset).with(3, 384, 384);
            assertThat(DitConfig.of(config.toMap())).isEqualTo(config);
        }
    }

    @Test
    void widthAndHeadsDefaultToThePapersRule() {
        assertThat(DitConfig.of(Map.of("variant", "air_lite_full", "layers", 24)))
                .isEqualTo(DitConfig.of(DitConfig.Size.L, Sharing.FULL));
    }

    @Test
    void refusesWhatCannotBe() {
        assertThatThrownBy(() -> DitConfig.preset("air-xs"))
                .isInstanceOf(TensorException.class)
                .hasMessageContaining("no preset 'air-xs'")
                .hasMessageContaining("lite-full-xxl");
        assertThatThrownBy(() -> new DitConfig(Sharing.NONE, 2, 48, 5, 3, 2, 8, 8))
                .hasMessageContaining("heads 5 must divide dim 48");
        assertThatThrownBy(() -> new DitConfig(Sharing.NONE, 2, 12, 2, 3, 2, 8, 8))
                .hasMessageContaining("head width 6 must be a multiple of 4");
        assertThatThrownBy(() -> DitConfig.of(Map.of("variant", "mmdit", "layers", 2)))
                .hasMessageContaining("there is no DiT variant 'mmdit'; there are air, air_lite_attn, air_lite_full");
        assertThatThrownBy(() -> DitConfig.of(Map.of("variant", "air", "layers", "two")))
                .hasMessageContaining("layers is 'two' where a whole number is wanted");
        assertThatThrownBy(() -> DitConfig.of(Map.of("variant", "air", "layers", 2.5)))
                .hasMessageContaining("layers is '2.5' where a whole number is wanted");
        assertThatThrownBy(() -> DitConfig.of(Map.of("variant", "air"))).hasMessageContaining("layers is missing");
        assertThatThrownBy(() -> DitConfig.preset("air-s").requireLatentSize(33, 32))
                .hasMessageContaining("33 x 32 cannot be cut into patches of 2 x 2");
    }
}

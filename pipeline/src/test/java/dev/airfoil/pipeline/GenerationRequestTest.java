package dev.airfoil.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.airfoil.samplers.Heun;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class GenerationRequestTest {
    private static final GenerationRequest APPLE = GenerationRequest.of("an apple");

    @Test
    void whatMakesNoSenseIsRefusedInASentence() {
        assertThatThrownBy(() -> GenerationRequest.of(" \n")).hasMessageStartingWith("the prompt is empty: say what");
        assertThatThrownBy(() -> APPLE.withCount(0)).hasMessage("count 0 must lie between 1 and 10000");
        assertThatThrownBy(() -> APPLE.withSteps(-1)).hasMessage("steps -1 must lie between 1 and 10000");
        assertThatThrownBy(() -> APPLE.withGuidance(Double.NaN))
                .hasMessage("guidance NaN must be a number of 0 or more");
        assertThatThrownBy(() -> APPLE.withShift(0)).hasMessage("shift 0.0 must be a positive number");
        assertThatThrownBy(() -> ImageSize.square(0)).hasMessage("an image of 0x0 has no pixels");
    }

    @Test
    void eachWitherChangesItsOwnValue() {
        GenerationRequest all = APPLE.withNegativePrompt("n")
                .withCount(2)
                .withSeed(3)
                .withSteps(4)
                .withGuidance(5)
                .withSampler(new Heun())
                .withSize(new ImageSize(6, 7))
                .withShift(8);
        assertThat(all.prompt()).isEqualTo("an apple");
        assertThat(all.negativePrompt()).isEqualTo("n");
        assertThat(all.count()).isEqualTo(2);
        assertThat(all.seed()).isEqualTo(3);
        assertThat(all.steps()).isEqualTo(4);
        assertThat(all.guidance()).isEqualTo(OptionalDouble.of(5));
        assertThat(all.sampler()).isEqualTo(new Heun());
        assertThat(all.size()).contains(new ImageSize(6, 7));
        assertThat(all.shift()).isEqualTo(OptionalDouble.of(8));
    }

    @Test
    void sizesAreRead() {
        assertThat(ImageSize.parse("32")).isEqualTo(ImageSize.square(32));
        assertThat(ImageSize.parse(" 48x32 ")).isEqualTo(new ImageSize(48, 32));
        assertThatThrownBy(() -> ImageSize.parse("big"))
                .hasMessage("'big' is no image size: write 32 for a square, or 48x32");
        assertThatThrownBy(() -> ImageSize.parse("3.5")).hasMessageContaining("is no image size");
    }
}

package dev.airfoil.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.airfoil.samplers.Euler;
import dev.airfoil.samplers.StepListener;
import dev.airfoil.tensor.Backend;
import dev.airfoil.tensor.TensorException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextToImageTest {
    private static final GenerationRequest APPLE =
            GenerationRequest.of("a red apple").withSteps(3);

    private final TextToImage model = Tiny.open();

    @AfterEach
    void close() {
        model.close();
        assertThat(model.backend().memory().blocks()).isZero();
    }

    @Test
    void aPictureDependsOnItsSeedAndItsPromptAlone() {
        List<RgbImage> three = pictures(APPLE.withCount(3).withSeed(10));
        assertThat(pictures(APPLE.withSeed(11))).containsExactly(three.get(1));
        assertThat(three).doesNotHaveDuplicates();
        assertThat(pictures(APPLE.withSeed(11))).isEqualTo(pictures(APPLE.withSeed(11)));
        assertThat(pictures(GenerationRequest.of("a green pear").withSteps(3).withSeed(11)))
                .isNotEqualTo(pictures(APPLE.withSeed(11)));
    }

    @Test
    void theNegativePromptMattersOnlyWithGuidance() {
        GenerationRequest without = APPLE.withNegativePrompt("blurry");
        assertThat(pictures(without)).isNotEqualTo(pictures(APPLE));
        assertThat(model.generate(without).getFirst().warnings()).isEmpty();
        GeneratedImage ignored = model.generate(without.withGuidance(1)).getFirst();
        assertThat(ignored.picture()).isEqualTo(pictures(APPLE.withGuidance(1)).getFirst());
        assertThat(ignored.warnings()).singleElement().asString().startsWith("the negative prompt says nothing at");
        assertThat(model.generate(APPLE.withGuidance(1)).getFirst().warnings()).isEmpty();
        assertThat(pictures(APPLE.withGuidance(1))).isNotEqualTo(pictures(APPLE.withGuidance(2)));
    }

    @Test
    void nothingIsNullAndWhatIsHasItsName() {
        TextToImage.Options options = TextToImage.Options.DEFAULT;
        Map<String, ThrowingCallable> calls = new HashMap<>();
        calls.put("prompt", () -> GenerationRequest.of(null));
        calls.put("negativePrompt", () -> APPLE.withNegativePrompt(null));
        calls.put("sampler", () -> APPLE.withSampler(null));
        calls.put("pixels", () -> APPLE.withSize(null));
        calls.put("file", () -> options.withModel(null));
        calls.put("backend", () -> options.withBackend(null));
        calls.put("compute", () -> options.withCompute(null));
        calls.put("options", () -> TextToImage.open(null));
        calls.put("request", () -> model.generate(null));
        calls.put("listener", () -> model.generate(APPLE, null));
        calls.put(
                "label",
                () -> new ContactSheet.Cell(model.generate(APPLE).getFirst().picture(), null));
        calls.put("title", () -> new ContactSheet.Section(null, List.of()));
        calls.forEach((name, call) -> assertThatThrownBy(call)
                .isInstanceOf(NullPointerException.class)
                .hasMessage(name));
    }

    @Test
    void theModelSaysSizeAndGuidanceUnlessTheRequestDoes() {
        GeneratedImage image = model.generate(APPLE).getFirst();
        assertThat(image.picture().width()).isEqualTo(8);
        assertThat(image.picture().height()).isEqualTo(8);
        assertThat(image.guidance()).isEqualTo(3.5);
        assertThat(image.shift()).isEqualTo(1);
        assertThat(image.warnings()).isEmpty();
        GeneratedImage large = model.generate(
                        APPLE.withSize(new ImageSize(16, 20)).withGuidance(2))
                .getFirst();
        assertThat(large.picture().toString()).isEqualTo("picture of 16x20");
        assertThat(large.guidance()).isEqualTo(2);
        assertThat(large.shift()).isEqualTo(Math.sqrt(5));
    }

    @Test
    void aSizeThatThePatchDoesNotDivideIsRefusedWithOneThatItDoes() {
        assertThatThrownBy(() -> model.generate(APPLE.withSize(new ImageSize(9, 8))))
                .isInstanceOf(TensorException.class)
                .hasMessage("an image of 9x8 cannot be cut into patches: width and height must be multiples of 2,"
                        + " for example 10x8");
    }

    @Test
    void numbersThatAreNoneBecomeNoPicture() {
        assertThatThrownBy(() -> model.generate(APPLE.withGuidance(1e300)))
                .isInstanceOf(TensorException.class)
                .hasMessage("the numbers of the picture grew beyond all bounds: the weights of tiny are damaged, or"
                        + " guidance 1.0E300 or shift 1.0 leads it astray");
    }

    @Test
    void aPromptThatIsTooLongIsCutAndThatIsSaid() {
        GeneratedImage image = model.generate(GenerationRequest.of("one two three four five six seven")
                        .withSteps(1))
                .getFirst();
        assertThat(image.warnings())
                .containsExactly("the prompt is longer than the 5 tokens that the model reads; this end of it was cut:"
                        + " \"six seven\"");
        assertThat(pictures(GenerationRequest.of("one two three four five").withSteps(1)))
                .containsExactly(image.picture());
    }

    @Test
    void theListenerSeesEveryStepAndAPreviewThatEndsInTheResult() {
        List<Double> fractions = new ArrayList<>();
        List<List<RgbImage>> previews = new ArrayList<>();
        List<GeneratedImage> images = model.generate(APPLE.withCount(2), progress -> {
            fractions.add(progress.fraction());
            previews.add(progress.preview().get());
            return StepListener.Answer.CONTINUE;
        });
        assertThat(fractions).containsExactly(1 / 3.0, 2 / 3.0, 1.0);
        assertThat(previews.getLast())
                .isEqualTo(images.stream().map(GeneratedImage::picture).toList());
        assertThat(previews.getFirst()).hasSize(2).isNotEqualTo(previews.getLast());
    }

    @Test
    void manyPicturesAreMadeInBatches() {
        List<Integer> done = new ArrayList<>();
        GenerationRequest many = GenerationRequest.of("a red apple")
                .withSampler(new Euler())
                .withSteps(1)
                .withCount(3);
        List<GeneratedImage> images = model.generate(many, progress -> {
            done.add(progress.done());
            return StepListener.Answer.CONTINUE;
        });
        assertThat(done).containsExactly(0, 2);
        assertThat(images).extracting(GeneratedImage::seed).containsExactly(0L, 1L, 2L);
    }

    @Test
    void theListenerCancels() {
        Backend backend = model.backend();
        model.generate(APPLE); // the model keeps tables of a size that it has seen
        int before = backend.memory().blocks();
        assertThatThrownBy(() -> model.generate(APPLE, _ -> StepListener.Answer.STOP))
                .isInstanceOf(CancellationException.class);
        assertThat(backend.memory().blocks()).isEqualTo(before);
        assertThat(model.generate(APPLE)).hasSize(1);
    }

    @Test
    void closedMeansClosed() {
        model.close();
        assertThatThrownBy(() -> model.generate(APPLE)).hasMessageContaining("has been closed");
    }

    @Test
    void thePngSaysHowItWasMade(@TempDir Path folder) {
        GeneratedImage image = model.generate(
                        APPLE.withNegativePrompt("苹果 \"blurry\"").withSeed(-4))
                .getFirst();
        Path png = folder.resolve("apple.png");
        image.write(png);
        assertThat(Png.texts(png))
                .isEqualTo(image.texts())
                .containsAllEntriesOf(Map.of(
                        "prompt", "a red apple",
                        "negative_prompt", "苹果 \"blurry\"",
                        "seed", "-4",
                        "steps", "3",
                        "guidance", "3.5",
                        "sampler", "heun-sde",
                        "model", "tiny"));
        assertThat(folder.toFile().list()).containsExactly("apple.png");
    }

    private List<RgbImage> pictures(GenerationRequest request) {
        return model.generate(request).stream().map(GeneratedImage::picture).toList();
    }
}

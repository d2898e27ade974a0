package dev.airfoil.pipeline;

import dev.airfoil.tensor.Version;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A picture and how it was made.
 *
 * @param picture the pixels
 * @param prompt what it shows
 * @param negativePrompt what it should not show; may be empty
 * @param seed gives the same picture again
 * @param steps intervals of the sampler
 * @param guidance scale of the prompt's pull
 * @param sampler name of the sampler
 * @param shift resolution shift of the noise levels
 * @param model name of the model
 * @param warnings sentences on what could not be done as asked, as a prompt that was cut
 */
public record GeneratedImage(
        RgbImage picture,
        String prompt,
        String negativePrompt,
        long seed,
        int steps,
        double guidance,
        String sampler,
        double shift,
        String model,
        List<String> warnings) {
    public GeneratedImage {
        Objects.requireNonNull(picture, "picture");
        Objects.requireNonNull(prompt, "prompt");
        Objects.requireNonNull(negativePrompt, "negativePrompt");
        Objects.requireNonNull(sampler, "sampler");
        Objects.requireNonNull(model, "model");
        Objects.requireNonNull(warnings, "warnings");
        warnings = List.copyOf(warnings);
    }

    /** All settings by keyword, as the PNG carries them. */
    public Map<String, String> texts() {
        Map<String, String> texts = new LinkedHashMap<>();
        texts.put("prompt", prompt);
        texts.put("negative_prompt", negativePrompt);
        texts.put("seed", Long.toString(seed));
        texts.put("steps", Integer.toString(steps));
        texts.put("guidance", Double.toString(guidance));
        texts.put("sampler", sampler);
        texts.put("shift", Double.toString(shift));
        texts.put("model", model);
        texts.put("Software", "Airfoil " + Version.current());
        return texts;
    }

    /**
     * Writes a PNG that carries the settings: beside its place, then moved there.
     *
     * @throws dev.airfoil.tensor.TensorException if it cannot be written
     */
    public void write(Path target) {
        picture.writePng(target, texts());
    }
}

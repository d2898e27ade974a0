package dev.airfoil.pipeline;

import dev.airfoil.samplers.HeunSde;
import dev.airfoil.samplers.Sampler;
import dev.airfoil.tensor.TensorException;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What to generate. Begin with {@link #of} and change what matters:
 *
 * <pre>{@code
 * GenerationRequest.of("a red apple, Noto style").withCount(4).withSeed(7)
 * }</pre>
 *
 * @param prompt what the pictures show
 * @param negativePrompt what they shall not show; empty for nothing in particular
 * @param count number of pictures
 * @param seed the first picture's seed; picture i has seed + i, and the same seed gives the same picture
 * @param steps intervals of the sampler
 * @param guidance how closely to follow the prompt, 1 = as trained; empty for what suits the model
 * @param sampler how to walk from noise to data
 * @param size of the pictures; empty for the model's own
 * @param shift resolution shift of the noise levels; empty for none at the model's own size and more above it
 */
public record GenerationRequest(
        String prompt,
        String negativePrompt,
        int count,
        long seed,
        int steps,
        OptionalDouble guidance,
        Sampler sampler,
        Optional<ImageSize> size,
        OptionalDouble shift) {
    /** Steps of the paper. */
    public static final int STEPS = 50;

    private static final int MAX_COUNT = 10_000;
    private static final int MAX_STEPS = 10_000;

    /** @throws TensorException if a value makes no sense: the message says which and why */
    public GenerationRequest {
        Objects.requireNonNull(prompt, "prompt");
        Objects.requireNonNull(negativePrompt, "negativePrompt");
        Objects.requireNonNull(guidance, "guidance");
        Objects.requireNonNull(sampler, "sampler");
        Objects.requireNonNull(size, "size");
        Objects.requireNonNull(shift, "shift");
        require(!prompt.isBlank(), "the prompt is empty: say what the picture shows, as \"a red apple\"");
        require(count >= 1 && count <= MAX_COUNT, "count " + count + " must lie between 1 and " + MAX_COUNT);
        require(steps >= 1 && steps <= MAX_STEPS, "steps " + steps + " must lie between 1 and " + MAX_STEPS);
        require(
                guidance.orElse(1) >= 0 && Double.isFinite(guidance.orElse(1)),
                "guidance " + guidance.orElse(1) + " must be a number of 0 or more");
        require(
                shift.orElse(1) > 0 && Double.isFinite(shift.orElse(1)),
                "shift " + shift.orElse(1) + " must be a positive number");
    }

    /** One picture with the paper's sampler and steps. */
    public static GenerationRequest of(String prompt) {
        return new GenerationRequest(
                prompt,
                "",
                1,
                0,
                STEPS,
                OptionalDouble.empty(),
                new HeunSde(),
                Optional.empty(),
                OptionalDouble.empty());
    }

    public GenerationRequest withNegativePrompt(String text) {
        return new GenerationRequest(prompt, text, count, seed, steps, guidance, sampler, size, shift);
    }

    public GenerationRequest withCount(int pictures) {
        return new GenerationRequest(prompt, negativePrompt, pictures, seed, steps, guidance, sampler, size, shift);
    }

    public GenerationRequest withSeed(long first) {
        return new GenerationRequest(prompt, negativePrompt, count, first, steps, guidance, sampler, size, shift);
    }

    public GenerationRequest withSteps(int intervals) {
        return new GenerationRequest(prompt, negativePrompt, count, seed, intervals, guidance, sampler, size, shift);
    }

    public GenerationRequest withGuidance(double scale) {
        return new GenerationRequest(
                prompt, negativePrompt, count, seed, steps, OptionalDouble.of(scale), sampler, size, shift);
    }

    public GenerationRequest withSampler(Sampler rule) {
        return new GenerationRequest(prompt, negativePrompt, count, seed, steps, guidance, rule, size, shift);
    }

    public GenerationRequest withSize(ImageSize pixels) {
        return new GenerationRequest(
                prompt,
                negativePrompt,
                count,
                seed,
                steps,
                guidance,
                sampler,
                Optional.of(Objects.requireNonNull(pixels, "pixels")),
                shift);
    }

    public GenerationRequest withShift(double a) {
        return new GenerationRequest(
                prompt, negativePrompt, count, seed, steps, guidance, sampler, size, OptionalDouble.of(a));
    }

    private static void require(boolean condition, String sentence) {
        if (!condition) {
            throw new TensorException(sentence);
        }
    }
}

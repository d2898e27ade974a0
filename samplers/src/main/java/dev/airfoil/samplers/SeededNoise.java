package dev.airfoil.samplers;

import dev.airfoil.tensor.F;
import dev.airfoil.tensor.Shape;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.TensorException;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Noise from one seed per picture. A picture's numbers depend on its seed alone, not on the batch it is in, so that any
 * one of many can be made again.
 *
 * @param seeds one per picture
 * @param image shape of one picture's latent, {@code [c h w]}
 */
public record SeededNoise(List<Long> seeds, Shape image) implements Noise {
    /** Philox stream of the starting noise; interval i takes stream i + 1. */
    private static final long START = 0;

    public SeededNoise {
        seeds = List.copyOf(seeds);
        if (seeds.isEmpty()) {
            throw new TensorException("seeded noise needs one seed or more");
        }
    }

    /** Where sampling starts: {@code [b c h w]}. */
    public Tensor start() {
        return stream(START);
    }

    @Override
    public Tensor of(int interval) {
        return stream(START + 1 + interval);
    }

    private Tensor stream(long stream) {
        int[] one = image.insert(0, 1).toArray();
        return F.concat(
                0,
                IntStream.range(0, seeds.size())
                        .mapToObj(i -> F.normal(seeds.get(i), stream, one))
                        .toList());
    }
}

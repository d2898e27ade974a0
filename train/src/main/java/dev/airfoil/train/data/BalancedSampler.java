package dev.airfoil.train.data;

import dev.airfoil.tensor.TensorException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Draws training samples so that every kind of picture is seen, though half of the emoji are people in skin tones:
 * first a group, then one of its concepts, then one of the concept's pictures, then a caption. A group is as likely as
 * the square root of its number of concepts: large groups are drawn more often, but not so much more.
 *
 * <p>There is no state. The sample at a step and position is a function of (seed, step, position) alone, so a resumed
 * run draws what the interrupted one would have drawn, and micro-batches or threads may ask in any order.
 */
public final class BalancedSampler {
    /** How often the canonical caption is drawn where a picture has several; the others share the rest evenly. */
    public static final double CANONICAL_SHARE = 0.5;

    private static final int GROUP = 0;
    private static final int CONCEPT = 1;
    private static final int PICTURE = 2;
    private static final int WHICH_CAPTION = 3;

    private final ImageTextSet set;
    private final long seed;
    /** Rows of the set: {@code [group][concept][picture]}. */
    private final int[][][] rows;
    /** The chance that the group or one before it is drawn; the last is 1. */
    private final double[] cumulative;

    /**
     * @param set what to draw from
     * @param split the side that may be drawn
     * @param seed of the order
     * @throws TensorException where that side is empty
     */
    public BalancedSampler(ImageTextSet set, Split split, long seed) {
        Map<String, Map<String, List<Integer>>> tree = new LinkedHashMap<>();
        for (int row : set.rows(split)) {
            Pair pair = set.pair(row);
            tree.computeIfAbsent(pair.group(), _ -> new LinkedHashMap<>())
                    .computeIfAbsent(pair.concept(), _ -> new ArrayList<>())
                    .add(row);
        }
        if (tree.isEmpty()) {
            throw new TensorException("the image set has no pictures on the side " + split + "; use a larger set");
        }
        this.set = set;
        this.seed = seed;
        this.rows = tree.values().stream()
                .map(concepts -> concepts.values().stream()
                        .map(list -> list.stream().mapToInt(i -> i).toArray())
                        .toArray(int[][]::new))
                .toArray(int[][][]::new);
        this.cumulative = new double[rows.length];
        double total = Arrays.stream(rows).mapToDouble(g -> Math.sqrt(g.length)).sum();
        double sum = 0;
        for (int g = 0; g < rows.length; g++) {
            sum += Math.sqrt(rows[g].length) / total;
            cumulative[g] = sum;
        }
        cumulative[rows.length - 1] = 1;
    }

    /**
     * A row of the set and which of its captions to use.
     *
     * @param row into {@link ImageTextSet#pair} and {@link ImageTextSet#image(int)}
     * @param caption into {@link Pair#captions}
     */
    public record Sample(int row, int caption) {}

    /** The sample at a step (from 0) and a position in its batch (from 0). */
    public Sample at(long step, long position) {
        double u = SplitMix.unit(bits(step, position, GROUP));
        int g = 0;
        while (u >= cumulative[g]) {
            g++;
        }
        int[] pictures = rows[g][SplitMix.below(bits(step, position, CONCEPT), rows[g].length)];
        int row = pictures[SplitMix.below(bits(step, position, PICTURE), pictures.length)];
        int captions = set.pair(row).captions().size();
        double v = SplitMix.unit(bits(step, position, WHICH_CAPTION));
        if (captions == 1 || v < CANONICAL_SHARE) {
            return new Sample(row, 0);
        }
        double rest = (v - CANONICAL_SHARE) / (1 - CANONICAL_SHARE);
        return new Sample(row, 1 + (int) (rest * (captions - 1)));
    }

    private long bits(long step, long position, int draw) {
        return SplitMix.mix(seed, step, position, draw);
    }
}

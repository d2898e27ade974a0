package dev.airfoil.train;

import dev.airfoil.dit.DitAir;
import dev.airfoil.tensor.F;
import dev.airfoil.tensor.Scope;
import dev.airfoil.tensor.Shape;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.train.data.Split;
import java.util.ArrayList;
import java.util.List;

/**
 * The loss on held-out concepts, at fixed noise levels, with fixed noise and each picture's canonical caption: the same
 * question every time, so that small differences mean something.
 */
final class Validation {
    /** Noise levels: the middles of as many equal parts. */
    private static final int LEVELS = 8;

    /** Most pictures: evenly spaced among the held-out ones. */
    private static final int PICTURES = 128;

    private final TrainConfig config;
    private final TrainData data;
    private final int[] rows;

    Validation(TrainConfig config, TrainData data) {
        this.config = config;
        this.data = data;
        this.rows = spread(data.set().rows(Split.HELD_OUT), PICTURES);
    }

    /** At most {@code count} of the rows, evenly spaced. */
    static int[] spread(int[] rows, int count) {
        int n = Math.min(rows.length, count);
        int[] some = new int[n];
        for (int i = 0; i < n; i++) {
            some[i] = rows[(int) ((long) i * rows.length / n)];
        }
        return some;
    }

    /** True if the set holds nothing out. */
    boolean isEmpty() {
        return rows.length == 0;
    }

    /** Mean squared error at each noise level, from the lowest. */
    List<Double> bySigma(DitAir model) {
        double[] sum = new double[LEVELS];
        for (int from = 0; from < rows.length; from += config.microBatch()) {
            HostBatch host = fill(from, Math.min(rows.length, from + config.microBatch()));
            List<Float> losses = Scope.call("validation", () -> losses(model, host));
            for (int k = 0; k < LEVELS; k++) {
                sum[k] += losses.get(k) * host.size();
            }
        }
        List<Double> means = new ArrayList<>();
        for (double s : sum) {
            means.add(s / rows.length);
        }
        return means;
    }

    private HostBatch fill(int from, int to) {
        HostBatch host = data.hostBatch(to - from);
        host.noise(Chance.VALIDATION.stream(from, 0));
        for (int i = from; i < to; i++) {
            host.put(i - from, rows[i], data.canonical(rows[i]), 0);
        }
        return host;
    }

    private List<Float> losses(DitAir model, HostBatch host) {
        Batch batch = host.upload(data.codec(), config.seed());
        List<Float> losses = new ArrayList<>();
        for (int k = 0; k < LEVELS; k++) {
            double sigma = (k + 0.5) / LEVELS;
            losses.add(Scope.call("level", () -> {
                Tensor level = F.fill(Shape.of(host.size()), sigma);
                return FlowMatching.loss(model, batch.at(level)).item();
            }));
        }
        return losses;
    }
}

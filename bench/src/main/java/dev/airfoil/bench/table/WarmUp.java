package dev.airfoil.bench.table;

import dev.airfoil.bench.Device;
import dev.airfoil.dit.DitConfig;
import dev.airfoil.tensor.BackendProvider.Options;
import dev.airfoil.tensor.BackendProvider.Precision;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * How long a fresh virtual machine takes to run at 80% of its full speed: from the first forward of DiT-Air/S to the
 * beginning of the first one that is fast enough. Full speed is the median of the second half of the time.
 */
public final class WarmUp {
    private static final double SHARE = 0.8;
    private static final double SECONDS = 10;

    private WarmUp() {}

    /** Measures in a fresh virtual machine: seconds. */
    static double seconds(int threads) {
        return Child.number(WarmUp.class, Integer.toString(threads));
    }

    /** Prints the seconds; {@code args} is the number of threads. */
    public static void main(String[] args) {
        Child.endWithParent();
        Options options = new Options(OptionalInt.of(Integer.parseInt(args[0])), OptionalLong.empty(), Precision.F32);
        try (Device device = new Device("cpu", options)) {
            DitModel model = DitModel.on(device, DitConfig.preset("air-s"));
            List<Double> starts = new ArrayList<>();
            List<Double> times = new ArrayList<>();
            long began = System.nanoTime();
            double now = 0;
            while (now < SECONDS) {
                starts.add(now);
                device.run(model::velocity);
                double end = (System.nanoTime() - began) / 1e9;
                times.add(end - now);
                now = end;
            }
            double full = Stopwatch.median(times.subList(times.size() / 2, times.size()));
            int first = 0;
            while (times.get(first) > full / SHARE) {
                first++;
            }
            System.out.println(starts.get(first));
        }
    }
}

package dev.airfoil.kernels.opencl;

import static org.jocl.CL.*;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jocl.Pointer;
import org.jocl.Sizeof;
import org.jocl.cl_event;

/**
 * The device's own times of the kernels that ran while it was open. Launches that move little are on lines of their own:
 * most of their time is that of any launch, some microseconds, in which a large GPU moves as much.
 */
final class ClProfile implements AutoCloseable {
    private static final double LITTLE = 16e6;

    private final List<Timed> events = new ArrayList<>();

    /**
     * What a launch has to do at the least.
     *
     * @param operations multiplications and additions, where they are what takes the time; else 0
     * @param bytes its tensors, each read or written once
     */
    record Work(double operations, double bytes) {}

    private record Timed(String kernel, cl_event event, Work work) {}

    private static final class Total {
        int launches;
        long nanos;
        double operations;
        double bytes;

        void add(long more, Work work) {
            launches++;
            nanos += more;
            operations += work.operations;
            bytes += work.bytes;
        }

        String line(String kernel, long all) {
            double share = 100.0 * nanos / Math.max(all, 1);
            double teraflops = operations / Math.max(nanos, 1) / 1e3;
            double gigabytes = bytes / Math.max(nanos, 1);
            return String.format(
                    Locale.ROOT,
                    "%-40s %8d %10.3f %6.1f%% %9s %8.1f%n",
                    kernel,
                    launches,
                    nanos / 1e6,
                    share,
                    operations > 0 ? String.format(Locale.ROOT, "%.1f", teraflops) : "",
                    gigabytes);
        }
    }

    void add(String kernel, cl_event event, Work work) {
        events.add(new Timed(kernel, event, work));
    }

    /** Kernel, launches, milliseconds, share and speed, the longest first. All work must be done. */
    String table() {
        Map<String, Total> totals = new TreeMap<>();
        Total all = new Total();
        for (Timed t : events) {
            long nanos = time(t.event, CL_PROFILING_COMMAND_END) - time(t.event, CL_PROFILING_COMMAND_START);
            String size = t.work.operations == 0 && t.work.bytes < LITTLE ? " (below 16 MB)" : "";
            totals.computeIfAbsent(t.kernel + size, _ -> new Total()).add(nanos, t.work);
            all.add(nanos, t.work);
        }
        StringBuilder table = new StringBuilder(String.format(
                Locale.ROOT, "%-40s %8s %10s %7s %9s %8s%n", "kernel", "launches", "ms", "share", "TFLOP/s", "GB/s"));
        totals.entrySet().stream()
                .sorted(Comparator.comparingLong(e -> -e.getValue().nanos))
                .forEach(e -> table.append(e.getValue().line(e.getKey(), all.nanos)));
        return table.append(all.line("all", all.nanos)).toString();
    }

    private static long time(cl_event event, int what) {
        long[] nanos = new long[1];
        clGetEventProfilingInfo(event, what, Sizeof.cl_ulong, Pointer.to(nanos), null);
        return nanos[0];
    }

    @Override
    public void close() {
        events.forEach(t -> clReleaseEvent(t.event));
        events.clear();
    }
}

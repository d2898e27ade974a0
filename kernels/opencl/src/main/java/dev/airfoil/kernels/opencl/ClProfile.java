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

/** The device's own times of the kernels that ran while it was open. */
final class ClProfile implements AutoCloseable {
    private final List<Timed> events = new ArrayList<>();

    private record Timed(String kernel, cl_event event) {}

    private static final class Total {
        int launches;
        long nanos;
    }

    void add(String kernel, cl_event event) {
        events.add(new Timed(kernel, event));
    }

    /** Kernel, launches, milliseconds and share, the longest first. All work must be done. */
    String table() {
        Map<String, Total> totals = new TreeMap<>();
        long all = 0;
        for (Timed t : events) {
            long nanos = time(t.event, CL_PROFILING_COMMAND_END) - time(t.event, CL_PROFILING_COMMAND_START);
            Total total = totals.computeIfAbsent(t.kernel, _ -> new Total());
            total.launches++;
            total.nanos += nanos;
            all += nanos;
        }
        StringBuilder table = new StringBuilder(
                String.format(Locale.ROOT, "%-40s %8s %10s %7s%n", "kernel", "launches", "ms", "share"));
        long sum = Math.max(all, 1);
        totals.entrySet().stream()
                .sorted(Comparator.comparingLong(e -> -e.getValue().nanos))
                .forEach(e -> table.append(String.format(
                        Locale.ROOT,
                        "%-40s %8d %10.3f %6.1f%%%n",
                        e.getKey(),
                        e.getValue().launches,
                        e.getValue().nanos / 1e6,
                        100.0 * e.getValue().nanos / sum)));
        return table.append(String.format(Locale.ROOT, "%-40s %8d %10.3f%n", "all", events.size(), all / 1e6))
                .toString();
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

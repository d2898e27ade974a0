package dev.airfoil.kernels.cpu.attention;

import dev.airfoil.kernels.cpu.vector.Lanes;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * The keys that a mask keeps, as numbers: the kernels gather them and then know no mask. A batch whose keys are all kept
 * is used in place.
 */
public final class Keys {
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(Lanes.LE);

    private final int m;
    private final int[][] kept;

    private Keys(int m, int[][] kept) {
        this.m = m;
        this.kept = kept;
    }

    /** All {@code m} keys of all {@code b} batches. */
    public static Keys all(int b, int m) {
        int[] every = new int[m];
        Arrays.setAll(every, i -> i);
        int[][] kept = new int[b][];
        Arrays.fill(kept, every);
        return new Keys(m, kept);
    }

    /** The keys where {@code mask [b m]} (I32, dense, from byte {@code base}) is not 0. */
    public static Keys of(int b, int m, MemorySegment mask, long base) {
        int[][] kept = new int[b][];
        for (int i = 0; i < b; i++) {
            int[] ids = new int[m];
            int n = 0;
            for (int j = 0; j < m; j++) {
                if (mask.get(INT, base + 4L * ((long) i * m + j)) != 0) {
                    ids[n++] = j;
                }
            }
            kept[i] = Arrays.copyOf(ids, n);
        }
        return new Keys(m, kept);
    }

    /** Number of kept keys. */
    int count(int b) {
        return kept[b].length;
    }

    /** Number of kept keys with a number below {@code end}. */
    int before(int b, int end) {
        if (count(b) == m) {
            return Math.min(end, m);
        }
        int at = Arrays.binarySearch(kept[b], end);
        return at < 0 ? -at - 1 : at;
    }

    /** The number of kept key {@code i}. */
    int id(int b, int i) {
        return kept[b][i];
    }

    /** The kept rows of a head of {@code x}, gathered into {@code to} unless all are kept. */
    Heads gather(Heads x, int b, int h, int e, MemorySegment to) {
        if (count(b) == m) {
            return new Heads(x.data(), x.at(b, h), 0, 0, x.row());
        }
        for (int i = 0; i < count(b); i++) {
            MemorySegment.copy(x.data(), x.at(b, h) + id(b, i) * x.row(), to, 4L * i * e, 4L * e);
        }
        return new Heads(to, 0, 0, 0, 4L * e);
    }

    /** Spreads rows {@code from [count e]} (with {@code stride} bytes between them) over a head of dense {@code x}. */
    void scatter(MemorySegment from, long at, long stride, int b, int i0, int n, Heads x, int h, int e) {
        for (int i = 0; i < n; i++) {
            MemorySegment.copy(from, at + i * stride, x.data(), x.at(b, h) + id(b, i0 + i) * x.row(), 4L * e);
        }
    }
}

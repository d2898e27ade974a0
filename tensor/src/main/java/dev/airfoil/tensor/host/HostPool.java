package dev.airfoil.tensor.host;

import dev.airfoil.tensor.Backend.MemoryUse;
import dev.airfoil.tensor.TensorException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Off-heap blocks, kept for reuse: a fresh arena costs a tenth of a millisecond or more, a pooled block nanoseconds.
 * Blocks come in size classes at most a quarter larger than asked for, 64-byte aligned. When the limit is near, what is
 * pooled is given back to the system first.
 */
public final class HostPool implements AutoCloseable {
    private static final long ALIGNMENT = 64;

    private final long limit;
    private final Map<Long, Deque<Block>> free = new HashMap<>();
    private long live;
    private int blocks;
    private long pooled;
    private long peak;
    private boolean closed;

    /** One block: an arena of its own, so that it can be given back alone. */
    record Block(Arena arena, MemorySegment segment) {}

    /** @param limit bytes that live and pooled blocks may take together */
    public HostPool(long limit) {
        this.limit = limit;
    }

    /** Three quarters of the machine's memory, or of what a container allows: what this process may take off-heap. */
    public static long defaultLimit() {
        var os = java.lang.management.ManagementFactory.getOperatingSystemMXBean();
        long total = os instanceof com.sun.management.OperatingSystemMXBean all
                ? all.getTotalMemorySize()
                : 4 * Runtime.getRuntime().maxMemory();
        return total / 4 * 3;
    }

    synchronized Block take(long bytes) {
        if (closed) {
            throw new TensorException("the backend is closed; open a new one");
        }
        long size = sizeClass(bytes);
        Deque<Block> same = free.get(size);
        Block block;
        if (same != null && !same.isEmpty()) {
            block = same.pop();
            pooled -= size;
        } else {
            if (live + pooled + size > limit) {
                trim();
            }
            if (live + size > limit) {
                throw new TensorException(tooLittle(bytes));
            }
            block = fresh(size, bytes);
        }
        live += size;
        blocks++;
        peak = Math.max(peak, live);
        return block;
    }

    synchronized void give(Block block) {
        long size = block.segment.byteSize();
        live -= size;
        blocks--;
        if (closed) {
            block.arena.close();
            return;
        }
        free.computeIfAbsent(size, _ -> new ArrayDeque<>()).push(block);
        pooled += size;
    }

    public synchronized MemoryUse use() {
        return new MemoryUse(live, blocks, pooled, peak, limit);
    }

    /** Gives all pooled blocks back to the system. */
    public synchronized void trim() {
        free.values().forEach(list -> list.forEach(b -> b.arena.close()));
        free.clear();
        pooled = 0;
    }

    @Override
    public synchronized void close() {
        closed = true;
        trim();
    }

    private Block fresh(long size, long wanted) {
        @SuppressWarnings("MustBeClosedChecker") // the block that is returned closes it
        Arena arena = Arena.ofShared();
        try {
            return new Block(arena, arena.allocate(size, ALIGNMENT));
        } catch (OutOfMemoryError e) {
            arena.close();
            throw new TensorException(tooLittle(wanted), e);
        }
    }

    private String tooLittle(long wanted) {
        return "too little memory: " + mib(wanted) + " wanted, " + mib(live) + " in use by tensors, " + mib(limit)
                + " allowed; use a smaller batch, image or model, or raise the limit";
    }

    private static String mib(long bytes) {
        return String.format(Locale.ROOT, "%.1f MiB", bytes / 1048576.0);
    }

    /** At most a quarter larger than asked for, for any size. */
    private static long sizeClass(long bytes) {
        if (bytes <= ALIGNMENT) {
            return ALIGNMENT;
        }
        long step = Math.max(ALIGNMENT, Long.highestOneBit(bytes - 1) >>> 2);
        return (bytes + step - 1) / step * step;
    }
}

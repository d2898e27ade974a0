package dev.airfoil.tensor.host;

import dev.airfoil.tensor.Backend.MemoryUse;
import dev.airfoil.tensor.TensorException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Off-heap blocks, cut from pieces of memory that are kept for reuse: a fresh arena costs a tenth of a millisecond or more.
 * A block is cut from the smallest free range that holds it, and freed neighbours become one range again, so that what
 * activations leave behind is room for gradients of other sizes. Blocks are 64-byte aligned. Where the limit is near, a
 * fresh block has a piece of its own, and pieces that hold no block are given back to the system before a block is refused.
 */
public final class HostPool implements AutoCloseable {
    private static final long ALIGNMENT = 64;
    /** Bytes of a piece at least; larger ones are this part of what is held already. */
    private static final long PIECE = 4L << 20;

    private static final int PART = 16;
    /**
     * A block longer than this part of a piece gets one of its own. Its like comes again and fits; cut from a shared piece
     * it leaves a rest that holds no second one: a training step of DiT-Air/S took 70 MB more that way.
     */
    private static final int OWN = 8;

    private static final Piece NOWHERE = new Piece(Arena.global(), MemorySegment.NULL);

    private final long limit;
    // The free ranges: by size, and by the addresses at which they start and end.
    private final TreeSet<Block> free =
            new TreeSet<>(Comparator.comparingLong(Block::size).thenComparingLong(Block::start));
    private final Map<Long, Block> starts = new HashMap<>();
    private final Map<Long, Block> ends = new HashMap<>();
    private long live;
    private int blocks;
    private long pooled;
    private long peak;
    private long kept;
    private boolean closed;

    /** Memory from the system, given back whole. */
    private record Piece(Arena arena, MemorySegment memory) {}

    /** What {@link #keep} gives. */
    public sealed interface Kept {
        /** The memory, 64-byte aligned; may be a little longer than asked for. */
        MemorySegment segment();
    }

    /** A range of a piece, in use or free, by its address. */
    record Block(Piece piece, long start, long size) implements Kept {
        @Override
        public MemorySegment segment() {
            return piece.memory.asSlice(start - piece.memory.address(), size);
        }
    }

    /** @param limit bytes that live and pooled blocks may take together, and what is kept to be faster */
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
        Block block = cut(bytes);
        live += block.size;
        blocks++;
        peak = Math.max(peak, live);
        return block;
    }

    synchronized void give(Block block) {
        live -= block.size;
        blocks--;
        free(block);
    }

    /** A block for what is only kept to be faster, which {@link #use} does not count; empty where there is no room for it. */
    public synchronized Optional<Kept> keep(long bytes) {
        try {
            Block block = cut(bytes);
            kept += block.size;
            return Optional.of(block);
        } catch (TensorException e) {
            return Optional.empty();
        }
    }

    /** The end of what {@link #keep} gave. */
    public synchronized void drop(Kept memory) {
        Block block = (Block) memory;
        kept -= block.size;
        free(block);
    }

    private Block cut(long bytes) {
        if (closed) {
            throw new TensorException("the backend is closed; open a new one");
        }
        long size = Math.max(ALIGNMENT, (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
        Block range = free.ceiling(new Block(NOWHERE, 0, size));
        if (range == null) {
            range = fresh(size, bytes);
        } else {
            remove(range);
        }
        if (size < range.size) {
            add(new Block(range.piece, range.start + size, range.size - size));
        }
        return new Block(range.piece, range.start, size);
    }

    private void free(Block block) {
        long start = block.start;
        long end = start + block.size;
        Block before = ends.get(start);
        if (before != null && before.piece == block.piece) {
            remove(before);
            start = before.start;
        }
        Block after = starts.get(end);
        if (after != null && after.piece == block.piece) {
            remove(after);
            end += after.size;
        }
        add(new Block(block.piece, start, end - start));
        if (closed) {
            trim();
        }
    }

    private void add(Block range) {
        free.add(range);
        starts.put(range.start, range);
        ends.put(range.start + range.size, range);
        pooled += range.size;
    }

    private void remove(Block range) {
        free.remove(range);
        starts.remove(range.start);
        ends.remove(range.start + range.size);
        pooled -= range.size;
    }

    public synchronized MemoryUse use() {
        return new MemoryUse(live, blocks, pooled, peak, limit);
    }

    /** Gives all pieces without a block back to the system. */
    public synchronized void trim() {
        for (Block range : List.copyOf(free)) {
            if (range.size == range.piece.memory.byteSize()) {
                remove(range);
                range.piece.arena.close();
            }
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        trim();
    }

    /** All of a new piece, which has {@code size} bytes or more. */
    private Block fresh(long size, long wanted) {
        if (size > limit - live - kept - pooled) {
            trim();
        }
        long left = limit - live - kept - pooled;
        if (size > left) {
            throw new TensorException(tooLittle(wanted));
        }
        long piece = Math.max(PIECE, (live + kept + pooled) / PART);
        long bytes = piece > left / PART || size > piece / OWN ? size : piece;
        @SuppressWarnings("MustBeClosedChecker") // trim closes it
        Arena arena = Arena.ofShared();
        try {
            MemorySegment memory = SystemMemory.allocate(arena, bytes / ALIGNMENT * ALIGNMENT);
            return new Block(new Piece(arena, memory), memory.address(), memory.byteSize());
        } catch (OutOfMemoryError e) {
            arena.close();
            throw new TensorException(tooLittle(wanted), e);
        }
    }

    private String tooLittle(long wanted) {
        return "too little memory: " + mib(wanted) + " wanted, " + mib(live) + " in use by tensors, "
                + (pooled > 0 ? mib(pooled) + " free in pieces too small, " : "") + mib(limit)
                + " allowed; use a smaller batch, image or model, or raise the limit";
    }

    private static String mib(long bytes) {
        return String.format(Locale.ROOT, "%.1f MiB", bytes / 1048576.0);
    }
}

package dev.airfoil.kernels.opencl;

import static org.jocl.CL.*;

import dev.airfoil.tensor.Backend.MemoryUse;
import dev.airfoil.tensor.TensorException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jocl.CLException;
import org.jocl.cl_context;
import org.jocl.cl_mem;

/**
 * Device memory, kept for reuse in size classes at most a quarter larger than asked for. A block may be handed out as
 * soon as it is given back, although work on it is still queued: the queue is in order, so its next user runs later.
 */
final class ClPool implements AutoCloseable {
    private static final long SMALLEST = 512;

    private final cl_context context;
    private final ClDevice device;
    private final long limit;
    private final Map<Long, Deque<Block>> free = new HashMap<>();
    private long live;
    private int blocks;
    private long pooled;
    private long peak;
    private boolean closed;

    /** One buffer of {@code size} bytes. */
    record Block(cl_mem mem, long size) {}

    ClPool(cl_context context, ClDevice device, long limit) {
        this.context = context;
        this.device = device;
        this.limit = limit;
    }

    synchronized Block take(long bytes) {
        checkOpen();
        if (bytes > device.largestBuffer()) {
            throw new TensorException("a tensor of " + mib(bytes) + " is larger than the " + mib(device.largestBuffer())
                    + " that one buffer may have on " + device.name() + "; use a smaller batch, image or model");
        }
        long size = Math.min(sizeClass(bytes), Math.max(bytes, device.largestBuffer()));
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

    /** Throws if the backend is closed. */
    synchronized void checkOpen() {
        if (closed) {
            throw new TensorException("the opencl backend is closed; open a new one");
        }
    }

    synchronized void give(Block block) {
        live -= block.size;
        blocks--;
        if (closed) {
            clReleaseMemObject(block.mem);
            return;
        }
        free.computeIfAbsent(block.size, _ -> new ArrayDeque<>()).push(block);
        pooled += block.size;
    }

    synchronized MemoryUse use() {
        return new MemoryUse(live, blocks, pooled, peak, limit);
    }

    /** Gives all pooled blocks back to the driver, which keeps each until queued work on it is done. */
    synchronized void trim() {
        free.values().forEach(list -> list.forEach(b -> clReleaseMemObject(b.mem)));
        free.clear();
        pooled = 0;
    }

    @Override
    public synchronized void close() {
        closed = true;
        trim();
    }

    /** The device may have less than the limit allows: then what is pooled goes first. */
    private Block fresh(long size, long wanted) {
        while (true) {
            try {
                return new Block(clCreateBuffer(context, CL_MEM_READ_WRITE, size, null, null), size);
            } catch (CLException e) {
                if (pooled == 0) {
                    throw new TensorException(tooLittle(wanted) + " (" + e.getMessage() + ")", e);
                }
                trim();
            }
        }
    }

    private String tooLittle(long bytes) {
        return "too little memory on " + device.name() + ": " + mib(bytes) + " wanted, " + held();
    }

    /** What to say of the memory when there is too little. */
    synchronized String held() {
        return mib(live) + " held by tensors, " + mib(pooled) + " pooled, " + mib(Math.max(limit - live, 0))
                + " free of " + mib(limit) + " allowed; use a smaller batch, image or model, or raise the limit";
    }

    private static String mib(long bytes) {
        return String.format(Locale.ROOT, "%.1f MiB", bytes / 1048576.0);
    }

    private static long sizeClass(long bytes) {
        if (bytes <= SMALLEST) {
            return SMALLEST;
        }
        long step = Math.max(SMALLEST, Long.highestOneBit(bytes - 1) >>> 2);
        return (bytes + step - 1) / step * step;
    }
}

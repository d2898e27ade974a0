package dev.airfoil.kernels.opencl;

import static org.jocl.CL.*;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jocl.CLException;
import org.jocl.Pointer;
import org.jocl.cl_command_queue;
import org.jocl.cl_context;
import org.jocl.cl_event;
import org.jocl.cl_mem;

/**
 * A ring of pinned host buffers through which all data go. An upload copies into the next one and returns without
 * waiting for the device; only when the ring has gone round is an earlier transfer waited for.
 */
final class ClStaging implements AutoCloseable {
    private static final int SLOTS = 4;
    private static final int SLOT_BYTES = 4 << 20;

    private final cl_command_queue queue;
    private final Releases releases = new Releases();
    private final List<Slot> ring = new ArrayList<>();
    private int next;

    private static final class Slot {
        final ByteBuffer buffer;
        Optional<cl_event> pending = Optional.empty();

        Slot(ByteBuffer buffer) {
            this.buffer = buffer;
        }

        void await() {
            pending.ifPresent(event -> {
                clWaitForEvents(1, new cl_event[] {event});
                clReleaseEvent(event);
            });
            pending = Optional.empty();
        }
    }

    ClStaging(cl_context context, cl_command_queue queue) {
        this.queue = queue;
        try {
            for (int i = 0; i < SLOTS; i++) {
                ring.add(slot(context));
            }
        } catch (CLException e) {
            close();
            throw e;
        }
    }

    private Slot slot(cl_context context) {
        cl_mem mem = clCreateBuffer(context, CL_MEM_READ_WRITE | CL_MEM_ALLOC_HOST_PTR, SLOT_BYTES, null, null);
        releases.add(() -> clReleaseMemObject(mem));
        long flags = CL_MAP_READ | CL_MAP_WRITE;
        Slot slot = new Slot(clEnqueueMapBuffer(queue, mem, true, flags, 0, SLOT_BYTES, 0, null, null, null));
        releases.add(() -> {
            slot.await();
            clEnqueueUnmapMemObject(queue, mem, slot.buffer, 0, null, null);
            clFinish(queue);
        });
        return slot;
    }

    void upload(MemorySegment source, cl_mem target, long offset) {
        for (long done = 0; done < source.byteSize(); done += SLOT_BYTES) {
            long length = Math.min(SLOT_BYTES, source.byteSize() - done);
            Slot slot = take();
            MemorySegment.copy(source, done, MemorySegment.ofBuffer(slot.buffer), 0, length);
            cl_event event = new cl_event();
            clEnqueueWriteBuffer(queue, target, false, offset + done, length, Pointer.to(slot.buffer), 0, null, event);
            slot.pending = Optional.of(event);
        }
    }

    void download(cl_mem source, long offset, MemorySegment target) {
        for (long done = 0; done < target.byteSize(); done += SLOT_BYTES) {
            long length = Math.min(SLOT_BYTES, target.byteSize() - done);
            Slot slot = take();
            clEnqueueReadBuffer(queue, source, true, offset + done, length, Pointer.to(slot.buffer), 0, null, null);
            MemorySegment.copy(MemorySegment.ofBuffer(slot.buffer), 0, target, done, length);
        }
    }

    private Slot take() {
        Slot slot = ring.get(next);
        next = (next + 1) % SLOTS;
        slot.await();
        return slot;
    }

    @Override
    public void close() {
        releases.close();
    }
}

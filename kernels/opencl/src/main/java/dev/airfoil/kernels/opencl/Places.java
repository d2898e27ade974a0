package dev.airfoil.kernels.opencl;

import dev.airfoil.tensor.DType;
import dev.airfoil.tensor.Layout;
import dev.airfoil.tensor.Shape;
import dev.airfoil.tensor.Storage;
import dev.airfoil.tensor.Tensor;
import java.lang.foreign.MemorySegment;

/**
 * By what work-groups of a launch wait for each other: in device memory the next free place, then for each place the number
 * of the last launch whose work-group came there. The queue is in order, so one launch after another uses it.
 */
final class Places {
    /** Work-groups that a launch may have. */
    static final int COUNT = 1 << 16;

    private final Tensor words;
    private int launches;

    Places(ClBackend cl) {
        int count = 1 + COUNT;
        Storage storage = cl.allocate((long) count * Integer.BYTES);
        this.words = new Tensor(storage, DType.I32, Layout.contiguous(Shape.of(count)));
        cl.upload(MemorySegment.ofArray(new int[count]), storage, 0);
    }

    /** Gives {@code launch} its next two arguments: the memory, and a number that no launch before had. */
    Launch give(Launch launch) {
        launches++;
        return launch.tensor(words).number(launches);
    }
}

package dev.airfoil.kernels.opencl;

import static org.jocl.CL.*;

import dev.airfoil.tensor.Storage;
import dev.airfoil.tensor.Tensor;
import java.util.HashSet;
import java.util.Set;
import org.jocl.CLException;
import org.jocl.Pointer;
import org.jocl.Sizeof;
import org.jocl.cl_kernel;

/** One kernel launch: arguments in the order of the kernel's parameters, then {@link #run}. */
final class Launch {
    private final ClBackend cl;
    private final String name;
    private final cl_kernel kernel;
    private final Set<Storage> seen = new HashSet<>();
    private int index;
    private double operations;
    private double bytes;

    Launch(ClBackend cl, String name, cl_kernel kernel) {
        this.cl = cl;
        this.name = name;
        this.kernel = kernel;
    }

    /** A tensor: its buffer and the offset of its first element, {@code IN} or {@code OUT} in the kernel. */
    Launch tensor(Tensor t) {
        return tensor(t, t.layout().offset());
    }

    /** A tensor whose first element is found at {@code offset}, counted in what the kernel takes for an element. */
    Launch tensor(Tensor t, long offset) {
        if (seen.add(t.storage())) {
            bytes += distinct(t);
        }
        clSetKernelArg(kernel, index++, Sizeof.cl_mem, Pointer.to(((ClStorage) t.storage()).mem()));
        return number(offset);
    }

    /** The bytes of its elements, each counted once however often a view repeats it. */
    private static double distinct(Tensor t) {
        double count = t.dtype().bytes();
        for (int axis = 0; axis < t.shape().rank(); axis++) {
            count *= t.layout().stride(axis) == 0 ? 1 : t.dim(axis);
        }
        return count;
    }

    Launch tensors(Iterable<Tensor> all) {
        all.forEach(this::tensor);
        return this;
    }

    Launch number(int value) {
        clSetKernelArg(kernel, index++, Sizeof.cl_int, Pointer.to(new int[] {value}));
        return this;
    }

    Launch number(long value) {
        clSetKernelArg(kernel, index++, Sizeof.cl_long, Pointer.to(new long[] {value}));
        return this;
    }

    Launch number(float value) {
        clSetKernelArg(kernel, index++, Sizeof.cl_float, Pointer.to(new float[] {value}));
        return this;
    }

    /** How many multiplications and additions the launch makes, for profiles: where these take the time. */
    Launch operations(double count) {
        operations = count;
        return this;
    }

    /** An {@code int8}. */
    Launch vector(int[] eight) {
        clSetKernelArg(kernel, index++, (long) eight.length * Sizeof.cl_int, Pointer.to(eight));
        return this;
    }

    /** A {@code long2} or {@code long8}. */
    Launch vector(long[] numbers) {
        clSetKernelArg(kernel, index++, (long) numbers.length * Sizeof.cl_long, Pointer.to(numbers));
        return this;
    }

    /** At least {@code items} work-items in work-groups of 256: for kernels that check their index. */
    void items(long items) {
        groups(256, (items + 255) / 256, 1, 1);
    }

    /** {@code x * y * z} work-groups of {@code local} work-items along x. Nothing is launched if there are none. */
    void groups(int local, long x, long y, long z) {
        if (x * y * z == 0) {
            return;
        }
        long[] global = {x * local, y, z};
        long[] size = {local, 1, 1};
        try {
            cl.enqueue(name, kernel, global, size, new ClProfile.Work(operations, bytes));
        } catch (CLException e) {
            throw cl.failed(name, e);
        }
    }
}

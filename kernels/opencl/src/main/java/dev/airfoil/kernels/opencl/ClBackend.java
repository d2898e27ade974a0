package dev.airfoil.kernels.opencl;

import static org.jocl.CL.*;

import dev.airfoil.tensor.Backend;
import dev.airfoil.tensor.BackendProvider.Options;
import dev.airfoil.tensor.BackendProvider.Precision;
import dev.airfoil.tensor.DType;
import dev.airfoil.tensor.Layout;
import dev.airfoil.tensor.Op;
import dev.airfoil.tensor.Scope;
import dev.airfoil.tensor.Shape;
import dev.airfoil.tensor.Storage;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.TensorException;
import dev.airfoil.tensor.TensorSpec;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jocl.CLException;
import org.jocl.Pointer;
import org.jocl.cl_command_queue;
import org.jocl.cl_context;
import org.jocl.cl_context_properties;
import org.jocl.cl_device_id;
import org.jocl.cl_event;
import org.jocl.cl_kernel;

/**
 * One OpenCL device: a context, one in-order queue, a memory pool and the kernels. Methods may be called from any
 * thread, one at a time.
 */
public final class ClBackend implements Backend {
    private final ClDevice device;
    private final boolean tensorCores;
    private final cl_context context;
    private final cl_command_queue queue;
    private final cl_command_queue timedQueue;
    private final ClPool pool;
    private final ClStaging staging;
    private final ClPrograms programs;
    private final ClFaults faults;
    private final Scope constants = Scope.open("opencl constants");
    private final Map<Class<?>, ClKernel<?>> kernels = new HashMap<>();
    private Optional<ClProfile> profile = Optional.empty();
    private boolean closed;

    @SuppressWarnings("deprecation") // its successor needs OpenCL 2.0
    ClBackend(ClDevice device, Options options) {
        this.device = device;
        this.tensorCores = options.precision() == Precision.MIXED && device.hasTensorCores();
        cl_device_id[] ids = {device.id()};
        try {
            cl_context_properties properties = new cl_context_properties();
            properties.addProperty(CL_CONTEXT_PLATFORM, device.platform());
            context = clCreateContext(properties, 1, ids, null, null, null);
            queue = clCreateCommandQueue(context, device.id(), 0, null);
            timedQueue = clCreateCommandQueue(context, device.id(), CL_QUEUE_PROFILING_ENABLE, null);
        } catch (CLException e) {
            throw new TensorException("backend opencl cannot use " + device.name() + ": " + e.getMessage(), e);
        }
        pool = new ClPool(context, device, options.memoryLimit().orElse(device.memory() / 10 * 9));
        staging = new ClStaging(context, queue);
        programs = new ClPrograms(context, device);
        for (ClKernel<?> kernel : ClKernels.all()) {
            kernels.put(kernel.op(), kernel);
        }
        faults = constants.call(() -> new ClFaults(this));
    }

    @Override
    public String name() {
        return "opencl";
    }

    @Override
    public String description() {
        return device.toString();
    }

    ClDevice device() {
        return device;
    }

    /** Whether products and attention round their factors to BF16 and run on tensor cores. */
    boolean tensorCores() {
        return tensorCores;
    }

    @Override
    public Storage allocate(long bytes) {
        ClPool.Block block = pool.take(bytes);
        try {
            return Storage.owned(new ClStorage(this, pool, block, bytes));
        } catch (RuntimeException e) {
            pool.give(block);
            throw e;
        }
    }

    @Override
    public boolean supports(Op op, List<Tensor> inputs) {
        ClKernel<?> kernel = kernels.get(op.getClass());
        return kernel != null
                && (kernel.readsHalf()
                        || inputs.stream().noneMatch(t -> t.dtype().isHalf()))
                && accepts(kernel, op, inputs);
    }

    private static <O extends Op> boolean accepts(ClKernel<O> kernel, Op op, List<Tensor> inputs) {
        return kernel.accepts(kernel.op().cast(op), inputs);
    }

    @Override
    public synchronized void execute(Op op, List<Tensor> inputs, List<Tensor> outputs) {
        run(kernels.get(op.getClass()), op, inputs, outputs);
    }

    private <O extends Op> void run(ClKernel<O> kernel, Op op, List<Tensor> inputs, List<Tensor> outputs) {
        try {
            Scope.run("opencl " + op.name(), () -> kernel.run(this, kernel.op().cast(op), inputs, outputs));
        } catch (CLException e) {
            throw failed(op.name(), e);
        }
    }

    // ---- for kernels

    /** A launch of {@code kernel} of {@code file.cl}, built with {@code options}. */
    Launch launch(String file, String kernel, String options) {
        return new Launch(this, kernel, programs.kernel(file, kernel, options));
    }

    /** {@code t} if it lies densely, else a dense copy in the innermost scope. */
    Tensor dense(Tensor t) {
        return t.layout().isContiguous() ? t : copy(t);
    }

    /** A dense copy of {@code t} in the innermost scope. */
    Tensor copy(Tensor t) {
        Tensor y = new Tensor(allocate(t.spec().bytes()), t.dtype(), Layout.contiguous(t.shape()));
        Copies.copy(this, t, y, y.layout());
        return y;
    }

    /** A dense F32 tensor with any content in the innermost scope. */
    Tensor scratch(int... dims) {
        TensorSpec spec = new TensorSpec(DType.F32, Shape.of(dims));
        return new Tensor(allocate(spec.bytes()), DType.F32, Layout.contiguous(spec.shape()));
    }

    /** Where a kernel that meets a bad index leaves word; see {@link ClFaults}. */
    Tensor faultWord() {
        return faults.word();
    }

    /** Runs an op of the backend's own on prepared memory; for kernels that are made of others. */
    void also(Op op, List<Tensor> inputs, Tensor output) {
        run(kernels.get(op.getClass()), op, inputs, List.of(output));
    }

    /** Copies bytes on the device. */
    void copyBytes(Tensor from, long fromByte, Tensor to, long toByte, long bytes) {
        if (bytes > 0) {
            clEnqueueCopyBuffer(
                    activeQueue(),
                    ((ClStorage) from.storage()).mem(),
                    ((ClStorage) to.storage()).mem(),
                    fromByte,
                    toByte,
                    bytes,
                    0,
                    null,
                    null);
        }
    }

    void enqueue(String name, cl_kernel kernel, long[] global, long[] local) {
        if (profile.isEmpty()) {
            clEnqueueNDRangeKernel(queue, kernel, 3, null, global, local, 0, null, null);
        } else {
            cl_event event = new cl_event();
            clEnqueueNDRangeKernel(timedQueue, kernel, 3, null, global, local, 0, null, event);
            profile.get().add(name, event);
        }
    }

    private cl_command_queue activeQueue() {
        return profile.isEmpty() ? queue : timedQueue;
    }

    /** What to throw when the driver refuses {@code what}. */
    TensorException failed(String what, CLException e) {
        boolean memory = e.getStatus() == CL_MEM_OBJECT_ALLOCATION_FAILURE || e.getStatus() == CL_OUT_OF_RESOURCES;
        return new TensorException(
                "opencl kernel " + what + " failed on " + device.name() + ": " + e.getMessage()
                        + (memory ? "; " + pool.tooLittle(0) : ""),
                e);
    }

    // ---- data

    @Override
    public synchronized void upload(MemorySegment source, Storage target, long offset) {
        try {
            switchQueues();
            staging.upload(source, ((ClStorage) target).mem(), offset);
            switchQueues();
        } catch (CLException e) {
            throw failed("upload of " + source.byteSize() + " bytes", e);
        }
    }

    @Override
    public synchronized void download(Storage source, long offset, MemorySegment target) {
        try {
            switchQueues();
            staging.download(((ClStorage) source).mem(), offset, target);
        } catch (CLException e) {
            throw failed("download of " + target.byteSize() + " bytes", e);
        }
        faults.check();
    }

    /** Transfers use the plain queue: while a profile is taken, each queue waits for the other. */
    private void switchQueues() {
        if (profile.isPresent()) {
            clFinish(queue);
            clFinish(timedQueue);
        }
    }

    /** Reads the fault word; for {@link ClFaults}. */
    int[] peek(Tensor t) {
        int[] value = new int[1];
        clEnqueueReadBuffer(
                activeQueue(),
                ((ClStorage) t.storage()).mem(),
                true,
                0,
                Integer.BYTES,
                Pointer.to(value),
                0,
                null,
                null);
        return value;
    }

    @Override
    public synchronized void synchronize() {
        try {
            clFinish(queue);
            clFinish(timedQueue);
        } catch (CLException e) {
            throw failed("work", e);
        }
        faults.check();
    }

    /** Runs {@code body} with every kernel timed by the device, and gives the table of times. */
    public synchronized String profile(Runnable body) {
        synchronize();
        ClProfile times = new ClProfile();
        profile = Optional.of(times);
        try {
            body.run();
            synchronize();
            return times.table();
        } finally {
            profile = Optional.empty();
            times.close();
        }
    }

    @Override
    public MemoryUse memory() {
        return pool.use();
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        clFinish(queue);
        clFinish(timedQueue);
        constants.close();
        staging.close();
        programs.close();
        pool.close();
        clReleaseCommandQueue(queue);
        clReleaseCommandQueue(timedQueue);
        clReleaseContext(context);
    }
}

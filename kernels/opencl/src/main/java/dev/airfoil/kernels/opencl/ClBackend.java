package dev.airfoil.kernels.opencl;

import static org.jocl.CL.*;

import dev.airfoil.tensor.Backend;
import dev.airfoil.tensor.BackendProvider.Options;
import dev.airfoil.tensor.BackendProvider.Precision;
import dev.airfoil.tensor.DType;
import dev.airfoil.tensor.Layout;
import dev.airfoil.tensor.Op;
import dev.airfoil.tensor.Scope;
import dev.airfoil.tensor.Storage;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.TensorException;
import dev.airfoil.tensor.TensorSpec;
import java.lang.System.Logger.Level;
import java.lang.foreign.MemorySegment;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jocl.CLException;
import org.jocl.Pointer;
import org.jocl.cl_command_queue;
import org.jocl.cl_context;
import org.jocl.cl_context_properties;
import org.jocl.cl_device_id;
import org.jocl.cl_event;
import org.jocl.cl_kernel;
import org.jocl.cl_mem;

/**
 * One OpenCL device: a context, one in-order queue, a memory pool and the kernels. Methods may be called from any
 * thread, one at a time.
 */
public final class ClBackend implements Backend {
    private static final System.Logger LOG = System.getLogger(ClBackend.class.getName());

    private final ClDevice device;
    private final DType compute;
    private final boolean tensorCores;
    private final boolean hopper;
    private final Releases releases = new Releases();
    private final cl_context context;
    private final cl_command_queue queue;
    private final cl_command_queue timedQueue;
    private final ClPool pool;
    private final ClStaging staging;
    private final ClPrograms programs;
    private final ClFaults faults;
    private final Places places;
    private final Scope constants = Scope.open("opencl constants");
    private final Set<String> refused = new HashSet<>();
    private Optional<ClProfile> profile = Optional.empty();

    ClBackend(ClDevice device, Options options) {
        this.device = device;
        this.compute = options.precision().storage();
        this.tensorCores = options.precision() == Precision.MIXED && device.hasTensorCores();
        this.hopper = device.isHopper();
        try {
            cl_context_properties properties = new cl_context_properties();
            properties.addProperty(CL_CONTEXT_PLATFORM, device.platform());
            context = clCreateContext(properties, 1, new cl_device_id[] {device.id()}, null, null, null);
            releases.add(() -> clReleaseContext(context));
            queue = queue(0);
            timedQueue = queue(CL_QUEUE_PROFILING_ENABLE);
            pool = new ClPool(context, device, options.memoryLimit().orElse(device.memory() / 10 * 9));
            releases.add(pool::close);
            staging = new ClStaging(context, queue);
            releases.add(staging::close);
            programs = new ClPrograms(context, device);
            releases.add(programs::close);
            releases.add(constants::close);
            faults = constants.call(() -> new ClFaults(this));
            places = constants.call(() -> new Places(this));
        } catch (RuntimeException e) {
            releases.close();
            throw e;
        }
        releases.add(this::finish);
    }

    @SuppressWarnings("deprecation") // its successor needs OpenCL 2.0
    private cl_command_queue queue(long properties) {
        cl_command_queue made = clCreateCommandQueue(context, device.id(), properties, null);
        releases.add(() -> clReleaseCommandQueue(made));
        return made;
    }

    @Override
    public String name() {
        return "opencl";
    }

    @Override
    public String description() {
        return device.toString();
    }

    @Override
    public DType compute() {
        return compute;
    }

    ClDevice device() {
        return device;
    }

    /** Whether products and attention of F32 tensors round their factors to BF16 and run on tensor cores. */
    boolean tensorCores() {
        return tensorCores;
    }

    /** Whether kernels for NVIDIA's Hopper can be tried. */
    boolean hopper() {
        return hopper;
    }

    /** Whether products of such tensors run on tensor cores. */
    boolean tensorCores(DType dtype) {
        return switch (dtype) {
            case F32 -> tensorCores;
            case BF16 -> device.hasTensorCores();
            default -> false;
        };
    }

    @Override
    public Storage allocate(long bytes) {
        ClPool.Block block = pool.take(bytes);
        try {
            return Storage.owned(new ClStorage(this, pool, block));
        } catch (RuntimeException e) {
            pool.give(block);
            throw e;
        }
    }

    @Override
    public boolean supports(Op op, List<Tensor> inputs) {
        return ClKernels.find(op).filter(kernel -> kernel.accepts(op, inputs)).isPresent();
    }

    @Override
    public synchronized void execute(Op op, List<Tensor> inputs, List<Tensor> outputs) {
        run(op, inputs, outputs);
    }

    private void run(Op op, List<Tensor> inputs, List<Tensor> outputs) {
        ClKernel<Op> kernel = ClKernels.find(op).orElseThrow();
        try {
            Scope.run("opencl " + op.name(), () -> kernel.run(this, op, inputs, outputs));
        } catch (CLException e) {
            throw failed(op.name(), e);
        } catch (ArithmeticException e) {
            throw new TensorException(
                    op.name() + ": opencl kernels count to 2^31, these inputs need more; use a smaller batch or smaller"
                            + " images",
                    e);
        }
    }

    // ---- for kernels

    /** A launch of {@code kernel} of {@code file.cl}, built with {@code options}. */
    Launch launch(String file, String kernel, String options) {
        String name = kernel.equals(file) ? kernel : file + "." + kernel;
        return new Launch(this, name, programs.kernel(file, kernel, options));
    }

    /**
     * As {@link #launch}, if the device takes the program; if not, this is logged once and whoever asks goes another way.
     */
    Optional<Launch> tryLaunch(String file, String kernel, String options) {
        if (refused.contains(file)) {
            return Optional.empty();
        }
        try {
            return Optional.of(launch(file, kernel, options));
        } catch (TensorException | CLException e) {
            String reason = e.getMessage();
            LOG.log(
                    Level.WARNING,
                    "{0}.cl steps aside: {1}",
                    file,
                    reason.lines().findFirst().orElse(reason));
            LOG.log(Level.DEBUG, reason);
            refused.add(file);
            return Optional.empty();
        }
    }

    /** {@code t} if it lies densely, else a dense copy in the innermost scope. */
    Tensor dense(Tensor t) {
        return t.layout().isContiguous() ? t : copy(t);
    }

    /**
     * {@code t} if it lies densely from an element on whose number four divides, else a dense copy in the innermost
     * scope.
     */
    Tensor fours(Tensor t) {
        return t.layout().isContiguous() && t.layout().offset() % 4 == 0 ? t : copy(t);
    }

    /** A dense copy of {@code t} in the innermost scope. */
    Tensor copy(Tensor t) {
        Tensor y = new Tensor(allocate(t.spec().bytes()), t.dtype(), Layout.contiguous(t.shape()));
        Copies.copy(this, t, y, y.layout());
        return y;
    }

    /** A dense F32 tensor with any content in the innermost scope. */
    Tensor scratch(int... dims) {
        return scratch(TensorSpec.f32(dims));
    }

    /** A dense tensor with any content in the innermost scope. */
    Tensor scratch(TensorSpec spec) {
        return new Tensor(allocate(spec.bytes()), spec.dtype(), Layout.contiguous(spec.shape()));
    }

    /** Where a kernel that meets a bad index leaves word; see {@link ClFaults}. */
    Tensor faultWord() {
        return faults.word();
    }

    /** For a kernel whose work-groups wait for each other; see {@link Places}. */
    Places places() {
        return places;
    }

    /** Runs an op of the backend's own on prepared memory; for kernels that are made of others. */
    void also(Op op, List<Tensor> inputs, Tensor output) {
        run(op, inputs, List.of(output));
    }

    /** Copies bytes on the device. */
    void copyBytes(Tensor from, long fromByte, Tensor to, long toByte, long bytes) {
        if (bytes > 0) {
            cl_mem source = ((ClStorage) from.storage()).mem();
            cl_mem target = ((ClStorage) to.storage()).mem();
            enqueue(
                    "copyBuffer",
                    new ClProfile.Work(0, 2.0 * bytes),
                    (q, event) -> clEnqueueCopyBuffer(q, source, target, fromByte, toByte, bytes, 0, null, event));
        }
    }

    void enqueue(String name, cl_kernel kernel, long[] global, long[] local, ClProfile.Work work) {
        enqueue(name, work, (q, event) -> clEnqueueNDRangeKernel(q, kernel, 3, null, global, local, 0, null, event));
    }

    /** Something to put into a queue, with the event that tells its time, if any. */
    private interface Command {
        void put(cl_command_queue queue, cl_event event);
    }

    private void enqueue(String name, ClProfile.Work work, Command command) {
        if (profile.isEmpty()) {
            command.put(queue, null);
        } else {
            cl_event event = new cl_event();
            command.put(timedQueue, event);
            profile.get().add(name, event, work);
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
                        + (memory ? "; memory: " + pool.held() : ""),
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
            faults.check();
        } catch (CLException e) {
            throw failed("download of " + target.byteSize() + " bytes", e);
        }
    }

    /** Transfers use the plain queue: while a profile is taken, each queue waits for the other. */
    private void switchQueues() {
        if (profile.isPresent()) {
            finish();
        }
    }

    private void finish() {
        clFinish(queue);
        clFinish(timedQueue);
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
        pool.checkOpen();
        try {
            finish();
            faults.check();
        } catch (CLException e) {
            throw failed("work", e);
        }
    }

    /** Runs {@code body} with every kernel timed by the device, whoever calls it, and gives the table of times. */
    public String profile(Runnable body) {
        try (ClProfile times = new ClProfile()) {
            try {
                profileTo(Optional.of(times));
                body.run();
            } finally {
                profileTo(Optional.empty());
            }
            return times.table();
        }
    }

    private synchronized void profileTo(Optional<ClProfile> times) {
        try {
            synchronize();
        } finally {
            profile = times;
        }
    }

    @Override
    public MemoryUse memory() {
        return pool.use();
    }

    @Override
    public synchronized void close() {
        try {
            releases.close();
        } catch (CLException e) {
            throw failed("release", e);
        }
    }
}

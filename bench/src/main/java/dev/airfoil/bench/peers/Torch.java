package dev.airfoil.bench.peers;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.training.ParameterStore;
import dev.airfoil.tensor.Tensor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.List;
import java.util.stream.LongStream;

/** PyTorch in this process, through DJL. Its functions are TorchScript, given as text. */
public final class Torch implements AutoCloseable {
    /** The exit code of what somebody stops. */
    private static final int INTERRUPTED = 130;

    /** Whether PyTorch remembers what it needs for gradients. */
    public enum Mode {
        FORWARD,
        GRADIENTS
    }

    /** A named input of a function, one tensor or a list of them, with its values. */
    public record Input(String name, String type, NDList values) {
        String parameter() {
            return name + ": " + type;
        }
    }

    /**
     * What the virtual machine runs if it is stopped while PyTorch is open. Its end would take PyTorch's libraries apart
     * while their threads still compute, and they crash: so the process ends without.
     */
    private final Thread stopped = new Thread(Torch::endAtOnce, "torch-stopped");

    private final NDManager root;
    private NDManager manager;

    private Torch() {
        // The libraries are on the class path; what is missing there must not be fetched from anywhere else.
        System.setProperty("ai.djl.offline", "true");
        root = NDManager.newBaseManager(Device.cpu(), "PyTorch");
        manager = root.newSubManager();
        // Functions run as they are written, as in PyTorch without a compiler: each op the library's own.
        JniUtils.setGraphExecutorOptimize(false);
        Runtime.getRuntime().addShutdownHook(stopped);
    }

    /** PyTorch, if its native library is here. */
    public static Peer<Torch> open() {
        return Peer.open("PyTorch", "native/lib/pytorch.properties", Torch::new);
    }

    /** From now on it computes with so many threads. */
    public void threads(int threads) {
        JniUtils.setNumThreads(threads);
    }

    /** A tensor with the values of {@code value}. */
    public Input input(String name, Tensor value) {
        return new Input(name, "Tensor", new NDList(copy(value)));
    }

    /** A tensor full of zeros. */
    public Input zeros(String name, int... dims) {
        return new Input(name, "Tensor", new NDList(manager.zeros(shape(dims))));
    }

    /** A tensor full of ones. */
    public Input ones(String name, int... dims) {
        return new Input(name, "Tensor", new NDList(manager.ones(shape(dims))));
    }

    /** A list of tensors. */
    public Input list(String name, List<Tensor> values) {
        return asList(name, values.stream().map(this::copy).toList());
    }

    /** A list of tensors full of zeros, of these shapes. */
    public Input zeros(String name, List<dev.airfoil.tensor.Shape> shapes) {
        return asList(
                name,
                shapes.stream().map(s -> manager.zeros(shape(s.toArray()))).toList());
    }

    /** DJL makes a list of neighbours whose names end in brackets. */
    private static Input asList(String name, List<NDArray> values) {
        values.forEach(v -> v.setName(name + "[]"));
        return new Input(name, "List[Tensor]", new NDList(values));
    }

    private NDArray copy(Tensor value) {
        return manager.create(value.toFloats(), shape(value.shape().toArray()));
    }

    private static Shape shape(int... dims) {
        return new Shape(
                LongStream.range(0, dims.length).map(i -> dims[(int) i]).toArray());
    }

    /**
     * A function as a contender.
     *
     * @param lines TorchScript over the names of the inputs; the last line returns a list of tensors
     */
    public Contender function(Mode mode, List<Input> inputs, List<String> lines) {
        byte[] archive = TorchArchive.of(inputs.stream().map(Input::parameter).toList(), lines);
        Block block;
        try {
            block = JniUtils.loadModule((PtNDManager) manager, new ByteArrayInputStream(archive), false, false);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        NDList arguments = new NDList();
        inputs.forEach(input -> arguments.addAll(input.values));
        ParameterStore none = new ParameterStore(manager, false);
        return new Contender() {
            private NDList call() {
                JniUtils.setGradMode(mode == Mode.GRADIENTS);
                return block.forward(none, arguments, mode == Mode.GRADIENTS);
            }

            @Override
            public void run() {
                call().close();
            }

            @Override
            public float[] answer() {
                try (NDList results = call()) {
                    return Contender.join(
                            results.stream().map(NDArray::toFloatArray).toList());
                }
            }
        };
    }

    /** Frees every input and function made so far. */
    public void forget() {
        manager.close();
        manager = root.newSubManager();
    }

    @SuppressWarnings("restricted")
    private static void endAtOnce() {
        Linker linker = Linker.nativeLinker();
        MethodHandle exit = linker.downcallHandle(
                linker.defaultLookup().findOrThrow("_exit"), FunctionDescriptor.ofVoid(ValueLayout.JAVA_INT));
        try {
            exit.invokeExact(INTERRUPTED);
        } catch (Throwable e) {
            throw new AssertionError("_exit does not return", e);
        }
    }

    @Override
    public void close() {
        root.close();
        Runtime.getRuntime().removeShutdownHook(stopped);
    }
}

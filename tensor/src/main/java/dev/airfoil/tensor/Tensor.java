package dev.airfoil.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * An immutable n-dimensional array: a {@link Layout} over a {@link Storage}. A value: ops make new ones. Its memory
 * belongs to a {@link Scope}. The methods are one-line spellings of {@link F}.
 */
public final class Tensor {
    private final Storage storage;
    private final DType dtype;
    private final Layout layout;

    /** A view of {@code storage}; for backends and interpreters. */
    public Tensor(Storage storage, DType dtype, Layout layout) {
        this.storage = storage;
        this.dtype = dtype;
        this.layout = layout;
    }

    /** A new F32 tensor with these values, row-major. */
    public static Tensor of(float[] values, int... dims) {
        return of(DType.F32, MemorySegment.ofArray(Objects.requireNonNull(values, "values")), Shape.of(dims));
    }

    /** A new I32 tensor with these values, row-major. */
    public static Tensor of(int[] values, int... dims) {
        return of(DType.I32, MemorySegment.ofArray(Objects.requireNonNull(values, "values")), Shape.of(dims));
    }

    /** A new F32 scalar. */
    public static Tensor of(float value) {
        return of(new float[] {value});
    }

    /** A new tensor with the values in {@code data}: little-endian, row-major. */
    public static Tensor of(DType dtype, MemorySegment data, Shape shape) {
        TensorSpec spec = new TensorSpec(dtype, shape);
        if (data.byteSize() != spec.bytes()) {
            throw new TensorException("tensor " + spec + " wants " + spec.bytes() + " bytes, given " + data.byteSize());
        }
        Backend backend = Interpreter.current().backend();
        Storage storage = backend.allocate(spec.bytes());
        backend.upload(data, storage, 0);
        return new Tensor(storage, dtype, Layout.contiguous(shape));
    }

    public Storage storage() {
        return storage;
    }

    public DType dtype() {
        return dtype;
    }

    public Layout layout() {
        return layout;
    }

    public Shape shape() {
        return layout.shape();
    }

    public TensorSpec spec() {
        return new TensorSpec(dtype, shape());
    }

    /** Size along {@code axis}; a negative axis counts from the end. */
    public int dim(int axis) {
        return shape().dim(axis);
    }

    /** Number of elements. */
    public long size() {
        return shape().size();
    }

    /** The same storage seen through another layout; for interpreters. */
    public Tensor withLayout(Layout other) {
        return new Tensor(storage, dtype, other);
    }

    /** The values, row-major; F16 and BF16 are widened. Waits for pending work. */
    public float[] toFloats() {
        if (!dtype.isFloat()) {
            throw new TensorException("toFloats: the tensor is " + spec() + "; cast it to F32 first");
        }
        float[] values = new float[length("toFloats")];
        Scope.run("toFloats", () -> unrecorded(() -> F.cast(this, DType.F32)).download(MemorySegment.ofArray(values)));
        return values;
    }

    /** The values of an I32 tensor, row-major. Waits for pending work. */
    public int[] toInts() {
        if (dtype != DType.I32) {
            throw new TensorException("toInts: the tensor is " + spec() + " where I32 is wanted");
        }
        int[] values = new int[length("toInts")];
        download(MemorySegment.ofArray(values));
        return values;
    }

    private int length(String user) {
        if (size() > Integer.MAX_VALUE - 8) {
            throw new TensorException(user + ": " + spec() + " is too long for a Java array; download it to a segment");
        }
        return (int) size();
    }

    /** The value of an F32 tensor with one element. */
    public float item() {
        if (size() != 1) {
            throw new TensorException("item: the tensor is " + spec() + " where one element is wanted");
        }
        return toFloats()[0];
    }

    /** Copies the elements, row-major and in their own type, into {@code target}. Waits for pending work. */
    public void download(MemorySegment target) {
        storage.requireAlive("download");
        if (target.byteSize() != spec().bytes()) {
            throw new TensorException(
                    "download: " + spec() + " has " + spec().bytes() + " bytes, the target " + target.byteSize());
        }
        Scope.run("download", () -> {
            Tensor dense = unrecorded(() -> F.contiguous(this));
            dense.storage.backend().download(dense.storage, dense.layout.offset() * dtype.bytes(), target);
        });
    }

    /** A copy on {@code backend}, or this if it lies there already. */
    public Tensor to(Backend backend) {
        if (storage.backend() == backend) {
            return this;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment data = arena.allocate(spec().bytes(), Long.BYTES);
            download(data);
            return new Eager(backend).call(() -> of(dtype, data, shape()));
        }
    }

    public Tensor add(Tensor other) {
        return F.add(this, other);
    }

    public Tensor sub(Tensor other) {
        return F.sub(this, other);
    }

    public Tensor mul(Tensor other) {
        return F.mul(this, other);
    }

    public Tensor div(Tensor other) {
        return F.div(this, other);
    }

    public Tensor add(double value) {
        return F.affine(this, 1, value);
    }

    public Tensor mul(double value) {
        return F.affine(this, value, 0);
    }

    public Tensor square() {
        return F.square(this);
    }

    /** Sum over {@code axes}, which stay with size 1. */
    public Tensor sum(int... axes) {
        return F.sum(this, axes);
    }

    /** Mean over {@code axes}, which stay with size 1. */
    public Tensor mean(int... axes) {
        return F.mean(this, axes);
    }

    /** {@code -1} once stands for what is left over. */
    public Tensor reshape(int... dims) {
        return F.reshape(this, dims);
    }

    public Tensor permute(int... order) {
        return F.permute(this, order);
    }

    /** The last two axes exchanged. */
    public Tensor transpose() {
        return F.transpose(this);
    }

    public Tensor narrow(int axis, int start, int length) {
        return F.narrow(this, axis, start, length);
    }

    /** The slice {@code index} along {@code axis}, without that axis. */
    public Tensor select(int axis, int index) {
        return F.select(this, axis, index);
    }

    public Tensor expand(int... dims) {
        return F.expand(this, Shape.of(dims));
    }

    public Tensor matmul(Tensor other) {
        return F.matmul(this, other);
    }

    /** Looking at values is no part of a computation: no tape sees it. */
    private Tensor unrecorded(Supplier<Tensor> body) {
        return new Eager(storage.backend()).call(body);
    }

    /** Says what it is, not what is in it. */
    @Override
    public String toString() {
        return spec() + (storage.isAlive() ? "" : " (freed)");
    }
}

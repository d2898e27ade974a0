package dev.airfoil.kernels.cpu;

import dev.airfoil.kernels.cpu.moves.StridedCopy;
import dev.airfoil.kernels.cpu.products.PackCache;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.host.HostBackend;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** One run of a kernel: its inputs and outputs as memory, and the means to work with. */
public final class Call {
    private final List<Tensor> inputs;
    private final List<Tensor> outputs;
    private final WorkerPool pool;
    private final PackCache packs;
    private final Choice choice;
    private final Scratch copies;

    Call(List<Tensor> inputs, List<Tensor> outputs, WorkerPool pool, PackCache packs, Choice choice, Scratch copies) {
        this.inputs = inputs;
        this.outputs = outputs;
        this.pool = pool;
        this.packs = packs;
        this.choice = choice;
        this.copies = copies;
    }

    public WorkerPool pool() {
        return pool;
    }

    public PackCache packs() {
        return packs;
    }

    /** What products and attention run on. */
    public Choice choice() {
        return choice;
    }

    /** Number of inputs. */
    public int inputs() {
        return inputs.size();
    }

    public Tensor in(int i) {
        return inputs.get(i);
    }

    public Tensor out(int i) {
        return outputs.get(i);
    }

    /** Input {@code i} (F32 or I32), row-major: where it lies if it lies so, else a copy. */
    public Floats dense(int i) {
        Tensor t = in(i);
        if (t.layout().isContiguous()) {
            return place(t);
        }
        MemorySegment copy = copies.segment(i, t.size());
        StridedCopy.run(pool, place(t), t.layout(), new Floats(copy, 0));
        return new Floats(copy, 0);
    }

    /** Output {@code i}, which is dense. */
    public Floats result(int i) {
        return place(out(i));
    }

    /** The first element of a tensor of 4-byte elements, whatever its strides. */
    public static Floats place(Tensor t) {
        return new Floats(HostBackend.segment(t), t.layout().offset() * 4);
    }
}

package dev.airfoil.kernels.opencl;

import dev.airfoil.tensor.DType;
import dev.airfoil.tensor.Layout;
import dev.airfoil.tensor.Shape;
import dev.airfoil.tensor.Storage;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.TensorException;
import java.lang.foreign.MemorySegment;

/**
 * Kernels cannot throw. One that meets an id outside its table writes id + 1 (or a negative id) into this word and reads
 * row 0 instead; the next download or synchronization finds the word set and throws.
 */
final class ClFaults {
    private final ClBackend cl;
    private final Tensor word;
    private boolean possible;

    ClFaults(ClBackend cl) {
        this.cl = cl;
        Storage storage = cl.allocate(Integer.BYTES);
        this.word = new Tensor(storage, DType.I32, Layout.contiguous(Shape.of(1)));
        clear();
    }

    Tensor word() {
        possible = true;
        return word;
    }

    void check() {
        if (!possible) {
            return;
        }
        possible = false;
        int fault = cl.peek(word)[0];
        if (fault != 0) {
            clear();
            throw new TensorException("gather or scatterAdd: id " + (fault > 0 ? fault - 1 : fault)
                    + " is outside its table; the op was one of those since the last download");
        }
    }

    private void clear() {
        cl.upload(MemorySegment.ofArray(new int[1]), word.storage(), 0);
    }
}

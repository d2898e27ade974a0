package dev.airfoil.kernels.cpu.products;

import dev.airfoil.kernels.cpu.WorkerPool;
import dev.airfoil.kernels.cpu.gemm.Gemm;
import dev.airfoil.kernels.cpu.gemm.Operand;
import dev.airfoil.kernels.cpu.gemm.PackedMatrix;
import dev.airfoil.tensor.Layout;
import dev.airfoil.tensor.Storage;
import dev.airfoil.tensor.Tensor;
import java.lang.foreign.Arena;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Weights kept packed. A weight is packed for keeps when it is used a second time: in training, where it changes after
 * one use, packing it on the fly costs no memory. What is in a storage never changes, so an entry holds until the storage
 * is freed.
 */
public final class PackCache implements AutoCloseable {
    private final Map<Storage, Map<Layout, Entry>> entries = new HashMap<>();

    private static final class Entry {
        private Optional<PackedMatrix> packed = Optional.empty();
        private Optional<Arena> arena = Optional.empty();
    }

    /** The packed form of {@code weight}, read as B {@code [k n]} through {@code b}, if it is used again. */
    synchronized Optional<PackedMatrix> find(WorkerPool pool, Tensor weight, int k, int n, Operand b) {
        Map<Layout, Entry> ofStorage = entries.get(weight.storage());
        if (ofStorage == null) {
            ofStorage = new HashMap<>();
            entries.put(weight.storage(), ofStorage);
            weight.storage().onFree(() -> drop(weight.storage()));
        }
        Entry entry = ofStorage.get(weight.layout());
        if (entry == null) {
            ofStorage.put(weight.layout(), new Entry());
            return Optional.empty();
        }
        if (entry.packed.isEmpty()) {
            Arena arena = Arena.ofShared();
            entry.arena = Optional.of(arena);
            entry.packed = Optional.of(
                    Gemm.BEST.pack(pool, k, n, b, arena.allocate(4 * Gemm.BEST.packedSize(k, n), 64)));
        }
        return entry.packed;
    }

    private synchronized void drop(Storage storage) {
        Map<Layout, Entry> gone = entries.remove(storage);
        if (gone != null) {
            gone.values().forEach(e -> e.arena.ifPresent(Arena::close));
        }
    }

    /** Bytes that packed weights take. */
    public synchronized long bytes() {
        return entries.values().stream()
                .flatMap(m -> m.values().stream())
                .flatMap(e -> e.packed.stream())
                .mapToLong(p -> p.data().byteSize())
                .sum();
    }

    @Override
    public synchronized void close() {
        java.util.List.copyOf(entries.keySet()).forEach(this::drop);
    }
}

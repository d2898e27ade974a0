package dev.airfoil.kernels.cpu.products;

import dev.airfoil.kernels.cpu.WorkerPool;
import dev.airfoil.kernels.cpu.gemm.Gemm;
import dev.airfoil.kernels.cpu.gemm.Operand;
import dev.airfoil.kernels.cpu.gemm.PackedMatrix;
import dev.airfoil.kernels.cpu.gemm.Stored;
import dev.airfoil.tensor.Layout;
import dev.airfoil.tensor.Storage;
import dev.airfoil.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Weights kept packed. A weight is packed for keeps when it is used a second time: in training, where it changes after
 * one use, packing it on the fly costs no memory. Where products of a packed weight are summed in another order, it is
 * packed at once, so that every use gives the same bits. What is in a storage never changes, so an entry holds until the
 * storage is freed.
 */
public final class PackCache implements AutoCloseable {
    private final Gemm gemm;
    private final Map<Storage, Map<Layout, Entry>> entries = new HashMap<>();

    /** Packs for {@code gemm}. */
    public PackCache(Gemm gemm) {
        this.gemm = gemm;
    }

    /** A weight that is unknown, was seen once, or is packed from then on. */
    private sealed interface Entry {
        record Unknown() implements Entry {}

        record Seen() implements Entry {}

        record Packed(PackedMatrix matrix, Arena arena) implements Entry {}
    }

    /**
     * The packed form of {@code weight}, read as B {@code [k n]} in words through {@code b}, if it is used again.
     *
     * @param atOnce whether it is packed at its first use
     */
    synchronized Optional<PackedMatrix> find(
            WorkerPool pool, Tensor weight, Stored stored, int k, int n, Operand b, boolean atOnce) {
        Map<Layout, Entry> ofStorage = entries.computeIfAbsent(weight.storage(), storage -> {
            storage.onFree(() -> drop(storage));
            return new HashMap<>();
        });
        Entry entry = switch (ofStorage.getOrDefault(weight.layout(), new Entry.Unknown())) {
            case Entry.Packed packed -> packed;
            case Entry.Unknown _ when !atOnce -> new Entry.Seen();
            default -> pack(pool, stored, k, n, b);
        };
        ofStorage.put(weight.layout(), entry);
        return entry instanceof Entry.Packed packed ? Optional.of(packed.matrix) : Optional.empty();
    }

    @SuppressWarnings("MustBeClosed") // drop closes the arena
    private Entry.Packed pack(WorkerPool pool, Stored stored, int k, int n, Operand b) {
        Arena arena = Arena.ofShared();
        MemorySegment to = arena.allocate(4 * gemm.packedSize(stored, k, n), 64);
        return new Entry.Packed(gemm.pack(pool, stored, k, n, b, to), arena);
    }

    private synchronized void drop(Storage storage) {
        Map<Layout, Entry> gone = entries.remove(storage);
        if (gone != null) {
            packed(gone).forEach(p -> p.arena.close());
        }
    }

    private static Stream<Entry.Packed> packed(Map<Layout, Entry> ofStorage) {
        return ofStorage.values().stream()
                .filter(Entry.Packed.class::isInstance)
                .map(Entry.Packed.class::cast);
    }

    /** Bytes that packed weights take. */
    public synchronized long bytes() {
        return entries.values().stream()
                .flatMap(PackCache::packed)
                .mapToLong(p -> p.matrix.data().byteSize())
                .sum();
    }

    @Override
    public synchronized void close() {
        List.copyOf(entries.keySet()).forEach(this::drop);
    }
}

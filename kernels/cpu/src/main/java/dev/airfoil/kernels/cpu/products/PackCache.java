package dev.airfoil.kernels.cpu.products;

import dev.airfoil.kernels.cpu.WorkerPool;
import dev.airfoil.kernels.cpu.gemm.Gemm;
import dev.airfoil.kernels.cpu.gemm.Operand;
import dev.airfoil.kernels.cpu.gemm.PackedMatrix;
import dev.airfoil.kernels.cpu.gemm.Stored;
import dev.airfoil.tensor.Layout;
import dev.airfoil.tensor.Storage;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.host.HostPool;
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
 *
 * <p>It is a matter of speed alone: where the memory or its limit leaves no room, a weight is not packed, and {@link
 * #dropUnused} makes room for what is needed more.
 */
public final class PackCache implements AutoCloseable {
    private final Gemm gemm;
    private final HostPool memory;
    private final Map<Storage, Map<Layout, Entry>> entries = new HashMap<>();

    /** Packs for {@code gemm}, within the limit of {@code memory}. */
    public PackCache(Gemm gemm, HostPool memory) {
        this.gemm = gemm;
        this.memory = memory;
    }

    /** A weight that was seen, or is packed. */
    private sealed interface Entry {
        record Seen() implements Entry {}
    }

    /** A packed weight, which stays until all who hold it have closed it: this cache, and the products that read it. */
    final class Packed implements Entry, AutoCloseable {
        private final PackedMatrix matrix;
        private final HostPool.Kept place;
        private int holders = 1;

        private Packed(PackedMatrix matrix, HostPool.Kept place) {
            this.matrix = matrix;
            this.place = place;
        }

        PackedMatrix matrix() {
            return matrix;
        }

        private long bytes() {
            return matrix.data().byteSize();
        }

        @Override
        public void close() {
            synchronized (PackCache.this) {
                holders--;
                if (holders == 0) {
                    memory.drop(place);
                }
            }
        }
    }

    /**
     * The packed form of {@code weight}, read as B {@code [k n]} in words through {@code b}, if it is used again and there
     * is room for it. To be closed after use.
     *
     * @param atOnce whether it is packed at its first use
     */
    synchronized Optional<Packed> find(
            WorkerPool pool, Tensor weight, Stored stored, int k, int n, Operand b, boolean atOnce) {
        Map<Layout, Entry> ofStorage = entries.computeIfAbsent(weight.storage(), storage -> {
            storage.onFree(() -> drop(storage));
            return new HashMap<>();
        });
        Optional<Entry> known = Optional.ofNullable(ofStorage.putIfAbsent(weight.layout(), new Entry.Seen()));
        Optional<Packed> found;
        if (known.orElse(new Entry.Seen()) instanceof Packed packed) {
            found = Optional.of(packed);
        } else {
            found = known.isPresent() || atOnce ? pack(pool, stored, k, n, b) : Optional.empty();
            found.ifPresent(packed -> ofStorage.put(weight.layout(), packed));
        }
        found.ifPresent(packed -> packed.holders++);
        return found;
    }

    private Optional<Packed> pack(WorkerPool pool, Stored stored, int k, int n, Operand b) {
        return memory.keep(4 * gemm.packedSize(stored, k, n)).map(place -> {
            try {
                return new Packed(gemm.pack(pool, stored, k, n, b, place.segment()), place);
            } catch (RuntimeException e) {
                memory.drop(place);
                throw e;
            }
        });
    }

    private synchronized void drop(Storage storage) {
        Map<Layout, Entry> gone = entries.remove(storage);
        if (gone != null) {
            packed(gone).forEach(Packed::close);
        }
    }

    /** Drops what no product reads just now; gives whether there was any. Who is used again is packed again. */
    public synchronized boolean dropUnused() {
        boolean any = false;
        for (Map<Layout, Entry> ofStorage : entries.values()) {
            for (Map.Entry<Layout, Entry> one : ofStorage.entrySet()) {
                if (one.getValue() instanceof Packed packed && packed.holders == 1) {
                    packed.close();
                    one.setValue(new Entry.Seen());
                    any = true;
                }
            }
        }
        return any;
    }

    private static Stream<Packed> packed(Map<Layout, Entry> ofStorage) {
        return ofStorage.values().stream().filter(Packed.class::isInstance).map(Packed.class::cast);
    }

    /** Bytes that packed weights take. */
    public synchronized long bytes() {
        return entries.values().stream()
                .flatMap(PackCache::packed)
                .mapToLong(Packed::bytes)
                .sum();
    }

    @Override
    public synchronized void close() {
        List.copyOf(entries.keySet()).forEach(this::drop);
    }
}

package dev.airfoil.bench.table;

import dev.airfoil.bench.Device;
import dev.airfoil.bench.peers.Blas;
import dev.airfoil.bench.peers.Contender;
import dev.airfoil.bench.peers.Torch;
import dev.airfoil.kernels.cpu.WorkerPool;
import dev.airfoil.tensor.BackendProvider.Options;
import dev.airfoil.tensor.BackendProvider.Precision;
import dev.airfoil.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.Supplier;

/** Where one row is measured: a backend, the peers that are here, so many threads each. Closing it frees all memory. */
final class Lab implements AutoCloseable {
    private static final long ALIGNMENT = 64;

    private final Device device;
    private final Optional<Torch> torch;
    private final Optional<Blas> blas;
    private final WorkerPool copiers;
    private final Arena arena = Arena.ofShared();

    Lab(String backend, Precision precision, int threads, Optional<Torch> torch, Optional<Blas> blas) {
        this.device = new Device(backend, new Options(OptionalInt.of(threads), OptionalLong.empty(), precision));
        this.torch = torch;
        this.blas = blas;
        this.copiers = WorkerPool.of(threads);
        torch.ifPresent(t -> t.threads(threads));
        blas.ifPresent(b -> b.threads(threads));
    }

    Device device() {
        return device;
    }

    Optional<Torch> torch() {
        return torch;
    }

    Optional<Blas> blas() {
        return blas;
    }

    /** PyTorch as the only rival, if it is here. */
    Map<Rival, Contender> pytorch(Function<Torch, Contender> contender) {
        return torch.map(t -> Map.of(Rival.PYTORCH, contender.apply(t))).orElseGet(Map::of);
    }

    /** Makes what lasts as long as the lab. */
    <T> T keep(Supplier<T> body) {
        return device.keep(body);
    }

    /** Airfoil's run of {@code body}, which gives one or more tensors. */
    Contender ours(Supplier<List<Tensor>> body) {
        return new Contender() {
            @Override
            public void run() {
                device.run(body);
            }

            @Override
            public float[] answer() {
                return device.call(() ->
                        Contender.join(body.get().stream().map(Tensor::toFloats).toList()));
            }
        };
    }

    /** A copy that reads and writes {@code bytes} together, with as many threads as the others have. */
    Contender copy(long bytes) {
        MemorySegment from = arena.allocate(bytes / 2, ALIGNMENT);
        MemorySegment to = arena.allocate(bytes / 2, ALIGNMENT);
        int parts = copiers.size();
        long part = bytes / 2 / parts;
        return new Contender() {
            @Override
            public void run() {
                copiers.split(
                        parts,
                        (first, end) -> MemorySegment.copy(from, first * part, to, first * part, (end - first) * part));
            }

            @Override
            public float[] answer() {
                return new float[0];
            }
        };
    }

    @Override
    public void close() {
        device.close();
        copiers.close();
        arena.close();
        torch.ifPresent(Torch::forget);
    }
}

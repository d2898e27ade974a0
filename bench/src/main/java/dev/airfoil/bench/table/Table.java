package dev.airfoil.bench.table;

import dev.airfoil.bench.Device;
import dev.airfoil.bench.peers.Blas;
import dev.airfoil.bench.peers.Contender;
import dev.airfoil.bench.peers.Peer;
import dev.airfoil.bench.peers.Torch;
import dev.airfoil.cli.Benchmarks;
import dev.airfoil.cli.Interruption;
import dev.airfoil.dit.DitConfig;
import dev.airfoil.dit.Sharing;
import dev.airfoil.kernels.cpu.selftest.Limits;
import dev.airfoil.kernels.opencl.ClBackend;
import dev.airfoil.tensor.BackendProvider.Options;
import dev.airfoil.tensor.TensorException;
import dev.airfoil.tensor.io.AtomicFile;
import dev.airfoil.tensor.io.Reason;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** {@code ./airfoil bench}: measures row after row and prints each when it is done. */
public final class Table implements Benchmarks {
    private static final String CPU = "cpu";
    private static final String WARM_UP = "warm-up to 80% (dit-air/s forward)";
    private static final String MEMORY = "peak memory (dit-air/s training step)";

    /** A model that any device profiles within a minute. */
    private static final String TINY = "tiny";

    private static final DitConfig TINY_CONFIG = new DitConfig(Sharing.NONE, 2, 64, 2, 4, 2, 64, 64);

    /** For the service loader. */
    public Table() {}

    @Override
    public boolean table(Request request, Interruption interruption, PrintWriter out, PrintWriter err) {
        Stream.of(request.json(), request.plot()).flatMap(Optional::stream).forEach(Table::requireFolder);
        Rows rows = new Rows(request.json(), interruption, out);
        if (!request.backend().equals(CPU)) {
            // The peers and the limits are those of the processor.
            out.println(Row.header());
            for (int threads : request.threads()) {
                measure(request, threads, Optional.empty(), Optional.empty(), Optional.empty(), rows);
            }
        } else {
            Optional<Torch> torch = find(Torch.open(), err);
            Optional<Blas> blas = find(Blas.open(), err);
            try {
                out.println(Row.header());
                for (int threads : request.threads()) {
                    out.println("(" + threads + (threads == 1 ? " thread" : " threads") + ": at most "
                            + Math.round(Limits.gigaflops(threads)) + " GFLOP/s, measured)");
                    try (MultiplyAdds limit = new MultiplyAdds(threads)) {
                        measure(request, threads, torch, blas, Optional.of(limit), rows);
                    }
                    apart(request, threads, torch.isPresent(), rows);
                }
            } finally {
                torch.ifPresent(Torch::close);
            }
        }
        if (rows.areSound() && rows.all().isEmpty()) {
            throw new TensorException("no row of the table has '" + request.filter()
                    + "' in its name; parts that do are gemm, attention, conv2d, softmax, dit-air/s");
        }
        request.plot()
                .ifPresent(file -> interruption.write(
                        () -> AtomicFile.write(file, Plot.png(rows.all())), "all rows and their picture are written"));
        return rows.areSound();
    }

    private static <T> Optional<T> find(Peer<T> peer, PrintWriter err) {
        if (peer instanceof Peer.Absent<T>(String reason)) {
            err.println(reason);
        }
        return peer.found();
    }

    private void measure(
            Request request,
            int threads,
            Optional<Torch> torch,
            Optional<Blas> blas,
            Optional<MultiplyAdds> limit,
            Rows rows) {
        Stream.of(
                        Products.entries(),
                        NarrowProducts.entries(),
                        Attentions.entries(),
                        Convolutions.entries(),
                        FusedOps.entries(),
                        request.backend().equals(CPU) ? List.<Contest.Entry>of() : MemoryOps.entries(),
                        Models.entries())
                .flatMap(List::stream)
                .filter(entry -> request.wants(entry.name()))
                .forEach(entry -> {
                    try (Lab lab = new Lab(request.backend(), request.precision(), threads, torch, blas)) {
                        Contest contest = entry.setup().apply(lab);
                        contest.check();
                        rows.add(row(entry.name(), threads, contest, request.seconds(), limit));
                    } catch (IllegalStateException e) {
                        rows.lack(entry.name() + ": WRONG: " + e.getMessage());
                    }
                });
    }

    private static Row row(String name, int threads, Contest contest, double seconds, Optional<MultiplyAdds> limit) {
        List<Contender> contenders = new ArrayList<>(List.of(contest.ours()));
        contenders.addAll(contest.rivals().values());
        limit.ifPresent(contenders::add);
        double[] times = Stopwatch.medians(contenders, seconds);
        double ours = contest.work() / times[0];
        Map<Rival, Double> figures = new EnumMap<>(Rival.class);
        OptionalDouble ofLimit = limit.map(l -> OptionalDouble.of(ours / (l.work() / times[times.length - 1])))
                .orElse(OptionalDouble.empty());
        int i = 1;
        for (Rival rival : contest.rivals().keySet()) {
            double time = times[i++];
            if (rival == Rival.COPY) {
                ofLimit = OptionalDouble.of(time / times[0]);
            } else {
                figures.put(rival, contest.unit().of(contest.work(), time));
            }
        }
        return new Row(name, threads, contest.unit(), contest.unit().of(contest.work(), times[0]), figures, ofLimit);
    }

    /** What needs a process of its own. One that dies costs its row, not the table. */
    private void apart(Request request, int threads, boolean torch, Rows rows) {
        if (request.wants(WARM_UP)) {
            row(rows, WARM_UP, () -> {
                double seconds = WarmUp.seconds(threads);
                return new Row(WARM_UP, threads, Unit.SECONDS, seconds, Map.of(), OptionalDouble.empty());
            });
        }
        if (request.wants(MEMORY) && PeakMemory.isKnown()) {
            row(rows, MEMORY, () -> {
                Map<Rival, Double> figures = new EnumMap<>(Rival.class);
                double ours = Unit.MEGABYTES.of(PeakMemory.bytes(PeakMemory.Who.OURS, threads), 1);
                if (torch) {
                    figures.put(Rival.PYTORCH, Unit.MEGABYTES.of(PeakMemory.bytes(PeakMemory.Who.PYTORCH, threads), 1));
                }
                return new Row(MEMORY, threads, Unit.MEGABYTES, ours, figures, OptionalDouble.empty());
            });
        }
    }

    private static void row(Rows rows, String name, Supplier<Row> row) {
        try {
            rows.add(row.get());
        } catch (IllegalStateException e) {
            rows.lack(name + ": not measured: " + e.getMessage());
        }
    }

    /** Where nothing can be written, nothing needs to be measured. */
    private static void requireFolder(Path file) {
        Path folder = file.toAbsolutePath().getParent();
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new TensorException("cannot write " + file + ": " + Reason.of(e), e);
        }
        if (!Files.isWritable(folder)) {
            throw new TensorException("cannot write " + file + ": the folder " + folder + " is not yours to write in");
        }
    }

    @Override
    public void profile(Request request, PrintWriter out) {
        OptionalInt threads = request.threads().stream().mapToInt(t -> t).findFirst();
        Options options = new Options(threads, OptionalLong.empty(), request.precision());
        try (Device device = new Device(request.backend(), options)) {
            Benchmarks.Profiled what = request.profiled();
            DitConfig config = what.preset().equals(TINY) ? TINY_CONFIG : DitConfig.preset(what.preset());
            config.requireLatentSize(what.size() / 8, what.size() / 8);
            DitModel model = DitModel.on(device, config, what.batch(), what.size() / 8);
            DitModel.Training training = model.training(device);
            out.println(what.batch() + " of " + what.size() + " x " + what.size() + " by " + what.preset() + ", "
                    + request.precision() + ", on " + device.backend().description());
            profile(device, "forward", model::velocity, request.seconds(), out);
            profile(device, "forward and backward", model::gradients, request.seconds(), out);
            profile(device, "training step", training::step, request.seconds(), out);
        }
    }

    /** The first run builds the kernels; those that follow are timed without a profile. */
    private static void profile(Device device, String name, Supplier<?> body, double seconds, PrintWriter out) {
        device.run(body);
        List<Double> times = new ArrayList<>();
        double spent = 0;
        while (spent < seconds) {
            long began = System.nanoTime();
            device.run(body);
            times.add((System.nanoTime() - began) / 1e9);
            spent += times.getLast();
        }
        out.println(String.format(
                Locale.ROOT,
                "%n%s: %.1f ms, the median of %d; at most %.2f GiB in tensors so far",
                name,
                1e3 * Stopwatch.median(times),
                times.size(),
                device.backend().memory().peak() / 1073741824.0));
        out.println(
                device.backend() instanceof ClBackend cl
                        ? cl.profile(() -> device.run(body))
                        : OpTimes.profile(device.interpreter(), body));
        out.flush();
    }
}

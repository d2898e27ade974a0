package dev.airfoil.kernels.cpu.selftest;

import dev.airfoil.kernels.cpu.Choice;
import dev.airfoil.kernels.cpu.ChoiceFile;
import dev.airfoil.kernels.cpu.CpuBackend;
import dev.airfoil.tensor.BackendProvider.Examination;
import dev.airfoil.tensor.BackendProvider.Options;
import dev.airfoil.tensor.Eager;
import dev.airfoil.tensor.Op;
import dev.airfoil.tensor.Scope;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Times every kernel on one core, and finds what takes the place of those that fell off a cliff: for products and for
 * attention another tile, for others the definition, each only if it is faster. First the tiles, then the kernels on the
 * tiles that were found good.
 */
public final class SelfTest {
    private static final System.Logger LOG = System.getLogger(SelfTest.class.getName());
    private static final Options ALONE = new Options(OptionalInt.of(1), OptionalLong.empty());

    /** Multiplications and additions to a byte copied: 3 to 7 were seen, and compiled vectors are a hundred times faster. */
    private static final double LEAST = 0.2;

    private final Limits limits;
    private final Stopwatch watch;
    private final List<String> complaints = new ArrayList<>();
    private int count;

    SelfTest(Limits limits, Stopwatch watch) {
        this.limits = limits;
        this.watch = watch;
    }

    /** Takes some ten seconds; what is to run from the next start on goes to {@code file}. */
    public static Examination run(ChoiceFile file, Consumer<String> progress) {
        JvmOptions options = JvmOptions.now();
        if (!options.compileVectors()) {
            return new Examination("not timed", options.complaints());
        }
        progress.accept("measuring what the machine can do");
        SelfTest test = new SelfTest(Limits.measure(), Stopwatch.real(progress));
        test.complaints.addAll(options.complaints());
        return test.run(file);
    }

    Examination run(ChoiceFile file) {
        if (limits.gigaflops() < LEAST * limits.gigabytes()) {
            complaints.add(
                    "multiply-adds are far too slow beside copies: this JVM does not compile vectors here, and all"
                            + " kernels are slow; take a JDK with HotSpot's second compiler");
        }
        Choice choice = kernels(tiles());
        if (choice.differences().isEmpty()) {
            file.delete();
        } else {
            file.write(choice);
        }
        String summary = String.format(
                Locale.ROOT,
                "%d timed on one core, which multiplies and adds at %.1f GFLOP/s and copies at %.1f GB/s; %s",
                count,
                limits.gigaflops(),
                limits.gigabytes(),
                complaints.isEmpty() ? "none fell off a cliff" : "not all are well");
        return new Examination(summary, List.copyOf(complaints));
    }

    /** The outcome of a trial. */
    private record Timed(Trial trial, double seconds) {
        double share() {
            return trial.share(seconds);
        }

        boolean isCliff() {
            return share() < Trial.CLIFF;
        }

        String words() {
            return trial.words(seconds);
        }
    }

    /** Times the examples on each choice; gives what all of the first took, then of the second. */
    private List<List<Timed>> time(List<Choice> choices, Function<Size, List<Example>> examples) {
        List<CpuBackend> backends =
                choices.stream().map(choice -> new CpuBackend(ALONE, choice)).toList();
        try (Scope scope = Scope.open("self-test")) {
            List<List<Trial>> trials =
                    backends.stream().map(b -> trials(b, scope, examples)).toList();
            double[] seconds =
                    watch.seconds(trials.stream().flatMap(List::stream).toList());
            int each = trials.getFirst().size();
            return IntStream.range(0, trials.size())
                    .mapToObj(c -> IntStream.range(0, each)
                            .mapToObj(i -> timed(trials.get(c).get(i), seconds[c * each + i]))
                            .toList())
                    .toList();
        } finally {
            backends.forEach(CpuBackend::close);
        }
    }

    private static Timed timed(Trial trial, double seconds) {
        LOG.log(Level.DEBUG, "{0}: {1}", trial.full().op(), trial.words(seconds));
        return new Timed(trial, seconds);
    }

    private List<Trial> trials(CpuBackend backend, Scope scope, Function<Size, List<Example>> examples) {
        return new Eager(backend)
                .call(() -> scope.call(() -> {
                    List<Example> tiny = examples.apply(Size.TINY);
                    List<Example> full = examples.apply(Size.FULL);
                    return IntStream.range(0, full.size())
                            .mapToObj(i -> new Trial(backend, limits, tiny.get(i), full.get(i)))
                            .toList();
                }));
    }

    /** The usual tiles; only where one of them fell are the others timed, since it takes long to compile them. */
    private Choice tiles() {
        List<Choice> ways = Choice.ways();
        List<List<Timed>> timed = new ArrayList<>(time(ways.subList(0, 1), Examples::ofTiles));
        if (ways.size() > 1 && timed.getFirst().stream().anyMatch(Timed::isCliff)) {
            timed.addAll(time(ways.subList(1, ways.size()), Examples::ofTiles));
        }
        count += 3 * timed.size();
        int products = best(
                ways.stream().map(way -> way.gemm().tile().name()).toList(),
                timed.stream().map(List::getFirst).toList());
        int attention = best(
                ways.stream().map(way -> way.attention().name()).toList(),
                timed.stream().map(t -> worst(t.subList(1, t.size()))).toList());
        return new Choice(ways.get(products).gemm(), ways.get(attention).attention(), Set.of());
    }

    private static Timed worst(List<Timed> timed) {
        return timed.stream().min(Comparator.comparingDouble(Timed::share)).orElseThrow();
    }

    /** The index of the tile to take: 0, or if that fell, of the fastest. */
    private int best(List<String> tiles, List<Timed> timed) {
        Timed first = timed.getFirst();
        if (!first.isCliff()) {
            return 0;
        }
        int best = IntStream.range(0, timed.size())
                .boxed()
                .max(Comparator.comparingDouble(i -> timed.get(i).share()))
                .orElseThrow();
        complain(
                first.trial().name() + " on " + tiles.getFirst() + " runs at " + first.words(),
                best == 0
                        ? Optional.empty()
                        : Optional.of(tiles.get(best) + " at " + timed.get(best).words()));
        return best;
    }

    private void complain(String slow, Optional<String> standIn) {
        complaints.add(slow + "; "
                + standIn.map(name -> "from the next start on its place is taken by " + name)
                        .orElse("it stays, as nothing else is faster"));
    }

    private Choice kernels(Choice choice) {
        Map<Class<? extends Op>, List<Timed>> byOp = time(List.of(choice), Examples::ofKernels).getFirst().stream()
                .collect(Collectors.groupingBy(t -> op(t.trial().full()), LinkedHashMap::new, Collectors.toList()));
        count += byOp.size();
        Set<Class<? extends Op>> avoided = new HashSet<>();
        byOp.forEach((op, timed) -> {
            Timed slow = worst(timed);
            if (slow.isCliff()) {
                List<Timed> instead = time(List.of(choice.avoiding(Set.of(op))), size -> examples(size, op))
                        .getFirst();
                boolean isFaster = seconds(instead) < seconds(timed);
                complain(
                        slow.trial().name() + " runs at " + slow.words(),
                        isFaster ? Optional.of("its definition") : Optional.empty());
                if (isFaster) {
                    avoided.add(op);
                }
            }
        });
        return choice.avoiding(avoided);
    }

    private static List<Example> examples(Size size, Class<? extends Op> op) {
        return Examples.ofKernels(size).stream().filter(e -> op(e) == op).toList();
    }

    private static Class<? extends Op> op(Example example) {
        return example.op().getClass();
    }

    private static double seconds(List<Timed> timed) {
        return timed.stream().mapToDouble(Timed::seconds).sum();
    }
}

package dev.airfoil.kernels.opencl;

import dev.airfoil.tensor.Backend;
import dev.airfoil.tensor.BackendProvider.Options;
import dev.airfoil.tensor.Backends;
import dev.airfoil.tensor.Scope;
import dev.airfoil.tensor.host.ReferenceBackend;
import java.util.stream.Stream;

/** Prints the cases that disagree on a device ({@code opencl} or as given), and how many agree. */
final class AgreementRun {
    private AgreementRun() {}

    static int run(Backend cl, String... only) {
        int bad = 0;
        int all = 0;
        try (ReferenceBackend reference = new ReferenceBackend(Options.DEFAULT)) {
            for (Agreement.Case c : Agreement.cases()) {
                if (only.length > 0 && Stream.of(only).noneMatch(c.name()::startsWith)) {
                    continue;
                }
                all++;
                String wrong = "";
                long start = System.nanoTime();
                try {
                    double error = Scope.call("case", () -> Agreement.error(c, reference, cl));
                    if (!(error <= c.tolerance())) {
                        wrong = "error " + error + " > " + c.tolerance();
                    }
                } catch (RuntimeException e) {
                    wrong = e.toString();
                }
                if (System.nanoTime() - start > 2_000_000_000L) {
                    System.out.println("slow " + c.name() + " " + (System.nanoTime() - start) / 1_000_000 + " ms");
                }
                if (!wrong.isEmpty()) {
                    bad++;
                    System.out.println("FAIL " + c.name() + ": " + wrong);
                }
            }
        }
        System.out.println(all - bad + " of " + all + " cases agree on " + cl.description());
        return bad;
    }

    public static void main(String[] args) {
        try (Backend cl = Backends.open(args.length > 0 ? args[0] : "opencl", Options.DEFAULT)) {
            run(cl, Stream.of(args).skip(1).toArray(String[]::new));
            System.out.println(cl.memory());
        }
    }
}

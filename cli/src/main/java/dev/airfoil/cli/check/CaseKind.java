package dev.airfoil.cli.check;

import java.util.List;
import java.util.Optional;

/** How the outputs and gradients of one kind of golden case are computed. */
public sealed interface CaseKind permits OpKind, DitKind, BertKind, SamplerKind, OptimizerKind {
    /** What there is. */
    List<CaseKind> ALL = List.of(new OpKind(), new DitKind(), new BertKind(), new SamplerKind(), new OptimizerKind());

    /** The kind of that name, if Airfoil has it. */
    static Optional<CaseKind> named(String name) {
        return ALL.stream().filter(k -> k.name().equals(name)).findFirst();
    }

    /** As {@code kind} in the file's metadata. */
    String name();

    /** What stands among a case's outputs but is not computed: it says along which way the others are. */
    default List<String> given() {
        return List.of();
    }

    /**
     * Computes the case on the current interpreter's backend and compares everything that it expects.
     *
     * @throws SkippedException if the case asks for something that Airfoil does not have
     */
    void run(GoldenCase golden, Comparison comparison);
}

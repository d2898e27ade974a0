package dev.airfoil.bench.table;

import dev.airfoil.bench.peers.Contender;
import dev.airfoil.cli.check.Comparison;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * A row before it is run.
 *
 * @param unit what the row says
 * @param work operations that each contender does, or bytes that it must move if {@code rivals} has a COPY
 * @param tolerance largest difference to a rival's answer, relative to its norm
 * @param ours Airfoil
 * @param rivals those that are here
 */
record Contest(Unit unit, double work, double tolerance, Contender ours, Map<Rival, Contender> rivals) {
    /** A row of the table that can be set up; its memory is that of the lab. */
    record Entry(String name, Function<Lab, Contest> setup) {}

    /**
     * Compares the answers.
     *
     * @throws IllegalStateException if they differ
     */
    void check() {
        if (rivals.keySet().equals(Set.of(Rival.COPY))) {
            return; // which has no answer
        }
        float[] answer = ours.answer();
        rivals.forEach((rival, contender) -> {
            if (rival == Rival.COPY) {
                return;
            }
            float[] other = contender.answer();
            double error = other.length == answer.length ? Comparison.error(answer, other) : Double.POSITIVE_INFINITY;
            if (!(error <= tolerance)) {
                throw new IllegalStateException(rival + " gets another answer: it differs by " + error
                        + " of its norm, where " + tolerance + " is allowed");
            }
        });
    }
}

package dev.airfoil.bench.table;

import dev.airfoil.bench.peers.Contender;
import java.util.Map;
import java.util.Set;

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
    /** A row of the table that can be set up. */
    record Entry(String name, Setup setup) {}

    /** How a row is set up; its memory is that of the lab. */
    interface Setup {
        Contest in(Lab lab);
    }

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
            double error = error(answer, contender.answer());
            if (!(error <= tolerance)) {
                throw new IllegalStateException(rival + " gets another answer: it differs by " + error
                        + " of its norm, where " + tolerance + " is allowed");
            }
        });
    }

    private static double error(float[] ours, float[] theirs) {
        if (ours.length != theirs.length) {
            return Double.POSITIVE_INFINITY;
        }
        double off = 0;
        double norm = 0;
        for (int i = 0; i < ours.length; i++) {
            double difference = (double) ours[i] - theirs[i];
            off += difference * difference;
            norm += (double) theirs[i] * theirs[i];
        }
        return Math.sqrt(off / norm);
    }
}

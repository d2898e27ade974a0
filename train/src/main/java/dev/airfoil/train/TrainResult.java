package dev.airfoil.train;

/**
 * How a run ended. It can be resumed in any case.
 *
 * @param step steps done
 * @param end why it ended
 * @param seconds it took, this time
 * @param peakBytes the most memory that tensors ever took
 */
public record TrainResult(long step, End end, double seconds, long peakBytes) {
    /** Why a run ended. */
    public enum End {
        /** All steps are done. */
        DONE,
        /** The time limit came. */
        TIME,
        /** Somebody asked for it: Ctrl-C, or a {@link StopSignal}. */
        STOPPED
    }
}

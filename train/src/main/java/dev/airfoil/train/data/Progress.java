package dev.airfoil.train.data;

/** Hears how far a long task is; called from the thread that runs the task, often, so it must be quick. */
@FunctionalInterface
public interface Progress {

    /** Hears nothing. */
    Progress NONE = (_, _, _) -> {};

    /**
     * @param done units finished, from 0 to {@code total}
     * @param total units in this phase; it changes only when {@code note} does
     * @param note what is being done, such as {@code "drawing Noto style"}
     */
    void update(long done, long total, String note);
}

package dev.airfoil.bench.peers;

import java.util.List;

/** Something that does a piece of work, to be measured beside others that do the same. */
public interface Contender {
    /** Does it once; all is done, and what it made is freed, when this returns. */
    void run();

    /** Does it once and gives the results, for comparison. */
    float[] answer();

    /** Several results as one answer. */
    static float[] join(List<float[]> parts) {
        float[] all = new float[parts.stream().mapToInt(p -> p.length).sum()];
        int at = 0;
        for (float[] part : parts) {
            System.arraycopy(part, 0, all, at, part.length);
            at += part.length;
        }
        return all;
    }
}

package dev.airfoil.train.data;

import java.nio.file.Path;
import java.util.List;

/**
 * What a build wrote and what it left out.
 *
 * @param folder the finished image set
 * @param pairs pictures written
 * @param concepts distinct concepts among them
 * @param heldOut pictures on the held-out side
 * @param skipped what could not be used, one line each: the name, a colon and the reason
 */
public record BuildReport(Path folder, int pairs, int concepts, int heldOut, List<String> skipped) {
    public BuildReport {
        skipped = List.copyOf(skipped);
    }
}

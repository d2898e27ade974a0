package dev.airfoil.text;

import java.util.Locale;
import org.assertj.core.api.Assertions;

/** {@code ||a - b|| / ||b||}, the project's measure of agreement. */
final class RelativeError {
    private RelativeError() {}

    static void assertWithin(String what, double tolerance, float[] ours, float[] theirs) {
        Assertions.assertThat(ours).as(what).hasSameSizeAs(theirs);
        double difference = 0;
        double norm = 0;
        for (int i = 0; i < ours.length; i++) {
            difference += Math.pow((double) ours[i] - theirs[i], 2);
            norm += Math.pow(theirs[i], 2);
        }
        double error = Math.sqrt(difference / norm);
        Assertions.assertThat(error <= tolerance)
                .as(String.format(Locale.ROOT, "%s: error %.3g, tolerance %.3g", what, error, tolerance))
                .isTrue();
    }
}

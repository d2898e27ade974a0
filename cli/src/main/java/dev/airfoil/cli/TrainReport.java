package dev.airfoil.cli;

import dev.airfoil.train.TrainListener;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** A training run as lines for people. */
record TrainReport(PrintWriter out) implements TrainListener {
    @Override
    public void started(Started run) {
        say(
                "%,d parameters, %,d pictures, steps %d to %d on %s",
                run.parameters(), run.pictures(), run.step() + 1, run.steps(), run.backend());
    }

    @Override
    public void progress(Progress p) {
        String norm = p.gradientNorm().isPresent()
                ? String.format(Locale.ROOT, "  gradient %.3g", p.gradientNorm().getAsDouble())
                : "";
        say(
                "step %d of %d  loss %.4f%s  %.1f images/s  %s left  %d MB",
                p.step(),
                p.steps(),
                p.loss(),
                norm,
                p.picturesPerSecond(),
                ProgressLine.time(p.secondsLeft()),
                p.peakBytes() >> 20);
    }

    @Override
    public void validated(long step, List<Double> bySigma, double mean) {
        say("step %d  validation loss %.4f", step, mean);
    }

    @Override
    public void sampled(long step, Path sheet) {
        say("step %d  samples %s", step, sheet);
    }

    @Override
    public void saved(long step, Path checkpoint) {
        say("step %d  saved %s", step, checkpoint);
    }

    private void say(String format, Object... values) {
        out.println(String.format(Locale.ROOT, format, values));
    }
}

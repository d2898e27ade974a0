package dev.airfoil.samplers;

import dev.airfoil.tensor.F;
import dev.airfoil.tensor.Named;
import dev.airfoil.tensor.Scope;
import dev.airfoil.tensor.Shape;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.TensorException;
import java.util.List;
import java.util.concurrent.CancellationException;

/**
 * Follows a velocity field from noise to data. A sampler is a rule for one interval, {@link #step}; {@link #sample} is
 * the walk along a schedule. Time runs from sigma = 1 to 0, so an interval's length is {@code from - to}.
 */
public sealed interface Sampler permits Euler, Heun, HeunSde {
    /**
     * One interval.
     *
     * @param x points {@code [b ..]} at {@code span.from()}
     * @param noise asked only by stochastic samplers
     */
    Step step(VelocityField field, Tensor x, Span span, Noise noise);

    /** Name on the command line and in pictures. */
    String label();

    /** What {@link #labelled} knows, the default first. */
    static List<Sampler> all() {
        return List.of(new HeunSde(), new Heun(), new Euler());
    }

    /** @throws TensorException if there is none of that name; the message lists them */
    static Sampler labelled(String label) {
        return Named.find("sampler", all(), Sampler::label, label);
    }

    /**
     * The whole walk. The last interval is one Euler step whatever the sampler: the score has no limit at sigma = 0,
     * and a second evaluation there would ask the model about pictures without noise.
     *
     * @param x points {@code [b ..]} at the first sigma of {@code schedule}; not freed
     * @return the points at the last sigma, owned by the innermost scope
     * @throws CancellationException if {@code listener} wants no more
     */
    default Tensor sample(VelocityField field, Tensor x, SigmaSchedule schedule, Noise noise, StepListener listener) {
        Tensor at = x;
        for (int i = 0; i < schedule.steps(); i++) {
            Sampler rule = i == schedule.steps() - 1 ? new Euler() : this;
            Span span = new Span(i, schedule.at(i), schedule.at(i + 1));
            Tensor from = at;
            at = Scope.call("sampler step", () -> {
                Step step = rule.step(field, from, span, noise);
                var event = new StepListener.Event(
                        span.index() + 1,
                        schedule.steps(),
                        span.to(),
                        () -> FlowPath.data(from, step.velocity(), span.from()));
                if (listener.after(event) == StepListener.Answer.STOP) {
                    throw new CancellationException(
                            "sampling was stopped after step " + event.step() + " of " + event.steps());
                }
                return step.next();
            });
            if (from != x) {
                Scope.release(from);
            }
        }
        return at;
    }

    /** The noise level of every point of {@code x [b ..]}: {@code [b]}. */
    static Tensor sigmas(Tensor x, double sigma) {
        return F.fill(Shape.of(x.dim(0)), sigma);
    }

    /**
     * One interval of a schedule.
     *
     * @param index its number, from 0
     * @param from sigma at its start
     * @param to sigma at its end, smaller
     */
    record Span(int index, double from, double to) {
        /** Positive. */
        public double length() {
            return from - to;
        }
    }

    /**
     * The outcome of one interval.
     *
     * @param next points at the end of the interval
     * @param velocity the field at its start, from which a preview follows
     */
    record Step(Tensor next, Tensor velocity) implements Scope.Holder {
        @Override
        public List<Tensor> tensors() {
            return List.of(next, velocity);
        }
    }
}

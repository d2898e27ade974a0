package dev.airfoil.tensor;

import java.util.Collection;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Things that users and files call by a name. */
public final class Named {
    private Named() {}

    /**
     * The one of {@code all} that is called {@code wanted}.
     *
     * @param kind what they are, for the message: codec, sampler
     * @param name how one is called
     * @throws TensorException if there is none; the message lists those that there are
     */
    public static <T> T find(String kind, Collection<T> all, Function<T, String> name, String wanted) {
        return all.stream()
                .filter(t -> name.apply(t).equals(wanted))
                .findFirst()
                .orElseThrow(() -> new TensorException("there is no " + kind + " '" + wanted + "'; there are "
                        + all.stream().map(name).collect(Collectors.joining(", "))));
    }
}

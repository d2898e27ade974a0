package dev.airfoil.kernels.opencl;

import dev.airfoil.tensor.DType;
import dev.airfoil.tensor.Tensor;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Group norm and its gradient on Hopper: {@code group_norm_held.cl}, a team of 1 to 32 work-groups of 512 for each group,
 * which keeps what it reads until the group's sums are known. {@link GroupNorms} has a way for what does not fit.
 *
 * @param places work-groups of all teams
 * @param found where the teams' warps leave their sums
 */
record HeldGroups(Launch launch, int places, Tensor found) {
    private static final int ITEMS = 512;
    private static final int WARPS = ITEMS / 32;
    private static final int LARGEST_TEAM = 32;

    /** Bytes of a word, which a work-item moves at once. */
    private static final int WORD = 16;

    /** Words of each tensor that a work-item has registers for. */
    private static final int REGISTERS = 8;

    /** Words of each tensor that a work-item may hold: the others are 64 or, for the gradient, 128 KiB of local memory. */
    private static final int WORDS = 16;

    /**
     * The kernel for tensors {@code read}, x and for the gradient also gy, all dense; or nothing, if the device is another or
     * the groups are too large for a team.
     */
    static Optional<HeldGroups> of(ClBackend cl, String options, int groups, Tensor weight, Tensor... read) {
        Tensor x = read[0];
        int numbers = WORD / x.dtype().bytes();
        int hw = x.dim(2) * x.dim(3);
        int channels = x.dim(1) / groups;
        int all = x.dim(0) * groups;
        boolean readable = (x.dtype() == DType.F32 || x.dtype() == DType.BF16)
                && hw % numbers == 0
                && Stream.of(read).allMatch(t -> t.layout().offset() % numbers == 0);
        int units = cl.device().units();
        int team = 1;
        while (team < LARGEST_TEAM && (steps(hw / numbers, channels, team) > WORDS || team * all < units / 2)) {
            team *= 2;
        }
        boolean fits = steps(hw / numbers, channels, team) <= WORDS
                && channels <= team * WARPS
                && team <= units
                && (long) team * all <= Places.COUNT;
        if (!cl.hopper() || !readable || !fits) {
            return Optional.empty();
        }
        String every = String.format(Locale.ROOT, "-DHW=%d -DCPG=%d -DTEAM=%d -DHELD=%d", hw, channels, team, REGISTERS)
                + options
                + Stored.as(x)
                + Stored.param(weight);
        int places = team * all;
        return cl.tryLaunch("group_norm_held", "group_norm_held", every)
                .map(launch -> new HeldGroups(launch, places, cl.scratch(places, WARPS, 4)));
    }

    /** Words that a work-item holds of each tensor; a channel's share of the team is whole warps, at least one. */
    private static int steps(int words, int channels, int team) {
        int items = Math.max(1, team * WARPS / channels) * 32;
        return (words + items - 1) / items;
    }

    /** @param tensors all that the kernel takes, {@link #found} among them */
    void run(ClBackend cl, List<Tensor> tensors, int channels, float eps) {
        cl.places().give(launch.tensors(tensors)).number(channels).number(eps).groups(ITEMS, places, 1, 1);
    }
}

package dev.airfoil.dit;

import dev.airfoil.tensor.Dims;
import dev.airfoil.tensor.Named;
import dev.airfoil.tensor.TensorException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The size of a DiT-Air.
 *
 * @param sharing what the blocks share
 * @param layers N, the number of blocks
 * @param dim d, the width of a token
 * @param heads attention heads; {@code dim / heads} is the head width, a multiple of 4 (two RoPE axes of pairs)
 * @param latentChannels channels of the latent image
 * @param patch side of the square of latent pixels that makes a token
 * @param textDim width of a text token from the encoder
 * @param pooledDim width of the pooled text embedding
 */
public record DitConfig(
        Sharing sharing, int layers, int dim, int heads, int latentChannels, int patch, int textDim, int pooledDim) {
    /** What errors begin with. */
    private static final String CONFIG = "dit config";

    /** The paper's sizes: d = 64 N, as many heads as layers (section 3.1). */
    public enum Size {
        S(12),
        B(18),
        L(24),
        XL(30),
        XXL(38);

        private final int layers;

        Size(int layers) {
            this.layers = layers;
        }

        /** N. */
        public int layers() {
            return layers;
        }
    }

    public DitConfig {
        Dims.given(CONFIG, "sharing", sharing);
        Dims.of(CONFIG)
                .require(layers > 0, "layers " + layers + " must be positive")
                .require(dim > 0 && heads > 0 && dim % heads == 0, "heads " + heads + " must divide dim " + dim)
                .require(dim / heads % 4 == 0, "head width " + dim / heads + " must be a multiple of 4")
                .require(latentChannels > 0, "latent_channels " + latentChannels + " must be positive")
                .require(patch > 0, "patch " + patch + " must be positive")
                .require(textDim > 0 && pooledDim > 0, "text_dim and pooled_dim must be positive");
    }

    /** A size of the paper: 8 latent channels, patch 2, text features 1024 wide. */
    public static DitConfig of(Size size, Sharing sharing) {
        int n = size.layers();
        return new DitConfig(sharing, n, 64 * n, n, 8, 2, 1024, 1024);
    }

    /** The names that {@link #preset} knows: {@code air-s .. air-xxl, lite-attention-s .., lite-full-s ..}. */
    public static List<String> presets() {
        return Stream.of("air", "lite-attention", "lite-full")
                .flatMap(v ->
                        Arrays.stream(Size.values()).map(s -> v + "-" + s.name().toLowerCase(Locale.ROOT)))
                .toList();
    }

    /**
     * The configuration of a preset.
     *
     * @throws TensorException if there is none of that name; the message lists them
     */
    public static DitConfig preset(String name) {
        int dash = name.lastIndexOf('-');
        if (!presets().contains(name)) {
            throw new TensorException("there is no preset '" + name + "'; there are " + String.join(", ", presets()));
        }
        Size size = Size.valueOf(name.substring(dash + 1).toUpperCase(Locale.ROOT));
        return of(
                size,
                switch (name.substring(0, dash)) {
                    case "lite-attention" -> Sharing.ATTENTION;
                    case "lite-full" -> Sharing.FULL;
                    default -> Sharing.NONE;
                });
    }

    /** Width of an attention head. */
    public int headDim() {
        return dim / heads;
    }

    /** This configuration for another image codec and text encoder. */
    public DitConfig with(int latentChannels, int textDim, int pooledDim) {
        return new DitConfig(sharing, layers, dim, heads, latentChannels, patch, textDim, pooledDim);
    }

    /**
     * Weights of the blocks and AdaLN, without biases and norms, as the paper's Table 1 counts them: (12 + 12 N) d^2 for
     * DiT-Air, (16 + 8 N) d^2 with shared attention, 24 d^2 with full sharing.
     */
    public long blockParameters() {
        long d2 = (long) dim * dim;
        return switch (sharing) {
            case NONE -> (12 + 12L * layers) * d2;
            case ATTENTION -> (16 + 8L * layers) * d2;
            case FULL -> 24 * d2;
        };
    }

    /** Checks that images of this codec can be cut into patches. */
    public void requireLatentSize(int height, int width) {
        Dims.of(CONFIG)
                .require(
                        height > 0 && width > 0 && height % patch == 0 && width % patch == 0,
                        "a latent image of " + height + " x " + width + " cannot be cut into patches of " + patch
                                + " x " + patch);
    }

    /** The settings by their names in checkpoints. */
    public Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("variant", sharing.variant());
        map.put("layers", layers);
        map.put("dim", dim);
        map.put("heads", heads);
        map.put("latent_channels", latentChannels);
        map.put("patch", patch);
        map.put("text_dim", textDim);
        map.put("pooled_dim", pooledDim);
        return map;
    }

    /**
     * The configuration in a checkpoint's settings; {@code dim} and {@code heads} default to the paper's 64 N and N.
     *
     * @throws TensorException naming what is missing or not known
     */
    public static DitConfig of(Map<String, ?> map) {
        String variant = String.valueOf(map.get("variant"));
        Sharing sharing = Named.find("DiT variant", List.of(Sharing.values()), Sharing::variant, variant);
        if (map.get("layers") == null) {
            throw new TensorException(CONFIG + ": layers is missing");
        }
        int layers = number(map, "layers", 0);
        return new DitConfig(
                sharing,
                layers,
                number(map, "dim", 64 * layers),
                number(map, "heads", layers),
                number(map, "latent_channels", 8),
                number(map, "patch", 2),
                number(map, "text_dim", 1024),
                number(map, "pooled_dim", 1024));
    }

    private static int number(Map<String, ?> map, String key, int otherwise) {
        return switch (map.get(key)) {
            case Number n when n.doubleValue() == n.intValue() -> n.intValue();
            case null -> otherwise;
            case Object o ->
                throw new TensorException(CONFIG + ": " + key + " is '" + o + "' where a whole number is wanted");
        };
    }
}

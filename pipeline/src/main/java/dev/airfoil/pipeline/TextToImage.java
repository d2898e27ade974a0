package dev.airfoil.pipeline;

import dev.airfoil.samplers.Guidance;
import dev.airfoil.samplers.SigmaSchedule;
import dev.airfoil.samplers.StepListener;
import dev.airfoil.tensor.Backend;
import dev.airfoil.tensor.BackendProvider;
import dev.airfoil.tensor.Backends;
import dev.airfoil.tensor.Eager;
import dev.airfoil.tensor.F;
import dev.airfoil.tensor.Scope;
import dev.airfoil.tensor.Tensor;
import dev.airfoil.tensor.TensorException;
import dev.airfoil.text.TextEncoder;
import dev.airfoil.text.TextFeatures;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.LongStream;

/**
 * Makes pictures from prompts. Opening loads the model, which takes a while; keep it open. Any thread may call; calls
 * take turns, since one alone keeps all cores busy.
 */
public final class TextToImage implements AutoCloseable {
    /** Of what was cut of a prompt, the code points that a warning shows. */
    private static final int MOST_CUT = 100;

    private final Eager eager;
    private final Scope weights;
    private final ModelInfo info;
    private final TextEncoder encoder;
    private final Painter painter;
    private final int batch;
    private boolean closed;

    /** Takes over everything given: {@link #close} closes it. */
    TextToImage(Eager eager, Scope weights, ModelInfo info, TextEncoder encoder, Painter painter, int batch) {
        this.eager = eager;
        this.weights = weights;
        this.info = info;
        this.encoder = encoder;
        this.painter = painter;
        this.batch = batch;
    }

    /**
     * What to open.
     *
     * @param model file of the model; empty for the one that comes with Airfoil
     * @param backend as in {@link Backends#open}: {@code auto}, {@code cpu}, {@code opencl:1}
     * @param compute threads, memory and precision of the backend
     * @param batch pictures painted at once, at most: more are faster together and take more memory
     */
    public record Options(Optional<Path> model, String backend, BackendProvider.Options compute, int batch) {
        /** The built-in model on the fastest backend. */
        public static final Options DEFAULT = new Options(Optional.empty(), "auto", BackendProvider.Options.DEFAULT, 8);

        public Options {
            Objects.requireNonNull(model, "model");
            Objects.requireNonNull(backend, "backend");
            Objects.requireNonNull(compute, "compute");
            if (batch < 1) {
                throw new TensorException("a batch of " + batch + " pictures paints nothing: it must be 1 or more");
            }
        }

        public Options withModel(Path file) {
            return new Options(Optional.of(Objects.requireNonNull(file, "file")), backend, compute, batch);
        }

        public Options withBackend(String choice) {
            return new Options(model, choice, compute, batch);
        }

        public Options withCompute(BackendProvider.Options options) {
            return new Options(model, backend, options, batch);
        }

        /** With so many threads of the cpu backend; the pictures do not depend on it. */
        public Options withThreads(int threads) {
            return withCompute(
                    new BackendProvider.Options(OptionalInt.of(threads), compute.memoryLimit(), compute.precision()));
        }

        public Options withBatch(int pictures) {
            return new Options(model, backend, compute, pictures);
        }
    }

    /** Opens the built-in model on the fastest backend. */
    public static TextToImage open() {
        return open(Options.DEFAULT);
    }

    /**
     * Opens a model.
     *
     * @throws TensorException if the model cannot be read, or the backend cannot run here
     */
    public static TextToImage open(Options options) {
        Objects.requireNonNull(options, "options");
        // The backend first: it goes on making itself ready in the background while the files are read.
        Backend backend = Backends.open(options.backend(), options.compute());
        Scope weights = Scope.open("model");
        try (ModelFile file = options.model().map(ModelFile::open).orElseGet(ModelFile::openBuiltIn)) {
            Eager eager = new Eager(backend);
            return eager.call(() -> load(eager, weights, file, options.batch()));
        } catch (RuntimeException | Error e) {
            weights.close();
            backend.close();
            throw e;
        }
    }

    private static TextToImage load(Eager eager, Scope weights, ModelFile file, int batch) {
        ModelInfo info = file.info();
        Painter painter = new Painter(file.load(weights), info.codec().open());
        TextEncoder encoder = info.textEncoder().open(info.textTokens());
        if (encoder.width() != info.config().textDim()) {
            encoder.close();
            throw new TensorException("the model wants text tokens of "
                    + info.config().textDim() + " and " + info.textEncoder().label() + " gives " + encoder.width());
        }
        return new TextToImage(eager, weights, info, encoder, painter, batch);
    }

    /** What the model's file says. */
    public ModelInfo info() {
        return info;
    }

    /** What computes. */
    public Backend backend() {
        return eager.backend();
    }

    /** {@link #generate(GenerationRequest, GenerationListener)} without a listener. */
    public List<GeneratedImage> generate(GenerationRequest request) {
        return generate(request, GenerationListener.NONE);
    }

    /**
     * Makes the pictures of a request, in the order of their seeds.
     *
     * @throws TensorException if the request does not suit the model, memory is short, or what comes out is no picture
     * @throws java.util.concurrent.CancellationException if {@code listener} wants no more
     */
    public synchronized List<GeneratedImage> generate(GenerationRequest request, GenerationListener listener) {
        Objects.requireNonNull(request, "request");
        Objects.requireNonNull(listener, "listener");
        if (closed) {
            throw new TensorException("this TextToImage has been closed; open another");
        }
        return eager.call(() -> Scope.call("generate", () -> new Job(request, listener).run()));
    }

    /** One request at work. */
    private final class Job {
        private final GenerationRequest request;
        private final GenerationListener listener;
        private final ImageSize size;
        private final double shift;
        private final Guidance guidance;
        private final Painter.Walk walk;

        Job(GenerationRequest request, GenerationListener listener) {
            this.request = request;
            this.listener = listener;
            this.size = request.size().orElse(ImageSize.square(info.imageSize()));
            this.shift = request.shift().orElse(Math.max(1, Math.sqrt(size.pixels()) / info.imageSize()));
            this.guidance = new Guidance(request.guidance().orElse(info.guidance()));
            this.walk = new Painter.Walk(request.sampler(), SigmaSchedule.shifted(request.steps(), shift), guidance);
        }

        List<GeneratedImage> run() {
            painter.requireSize(size);
            TextFeatures texts = encoder.encode(
                    guidance.isUsed()
                            ? List.of(request.negativePrompt(), request.prompt())
                            : List.of(request.prompt()));
            List<String> warnings = warnings(texts);
            List<GeneratedImage> all = new ArrayList<>();
            while (all.size() < request.count()) {
                int first = all.size();
                List<Long> seeds = LongStream.range(first, Math.min(request.count(), first + batch))
                        .mapToObj(i -> request.seed() + i)
                        .toList();
                List<RgbImage> pictures = Scope.call("batch", () -> paint(texts, seeds, first));
                for (int i = 0; i < pictures.size(); i++) {
                    all.add(image(pictures.get(i), seeds.get(i), warnings));
                }
            }
            return List.copyOf(all);
        }

        private List<RgbImage> paint(TextFeatures texts, List<Long> seeds, int done) {
            StepListener steps = event -> listener.after(new GenerationListener.Progress(
                    done,
                    seeds.size(),
                    request.count(),
                    event.step(),
                    event.steps(),
                    () -> RgbImage.of(painter.codec().decode(event.preview().get()))));
            Tensor images = painter.paint(repeated(texts, seeds.size()), walk, seeds, size, steps);
            if (!Float.isFinite(F.sum(images).item())) {
                throw new TensorException("the numbers of the picture grew beyond all bounds: the weights of "
                        + info.name() + " are damaged, or guidance " + guidance.scale() + " or shift " + shift
                        + " leads it astray");
            }
            return RgbImage.of(images);
        }

        private GeneratedImage image(RgbImage picture, long seed, List<String> warnings) {
            return new GeneratedImage(
                    picture,
                    request.prompt(),
                    request.negativePrompt(),
                    seed,
                    request.steps(),
                    guidance.scale(),
                    request.sampler().label(),
                    shift,
                    info.name(),
                    warnings);
        }

        private List<String> warnings(TextFeatures texts) {
            List<String> warnings = new ArrayList<>();
            if (!guidance.isUsed() && !request.negativePrompt().isBlank()) {
                warnings.add("the negative prompt says nothing at guidance 1: only a larger one moves away from it");
            }
            for (int i = 0; i < texts.cut().size(); i++) {
                String cut = texts.cut().get(i);
                if (!cut.isEmpty()) {
                    String which = i == texts.cut().size() - 1 ? "prompt" : "negative prompt";
                    warnings.add("the " + which + " is longer than the " + encoder.limit()
                            + " tokens that the model reads; this end of it was cut: \"" + shortened(cut) + "\"");
                }
            }
            return warnings;
        }

        private static String shortened(String text) {
            int[] points = text.codePoints().limit(MOST_CUT + 1).toArray();
            return points.length <= MOST_CUT ? text : new String(points, 0, MOST_CUT) + " ...";
        }
    }

    /** Each row of {@code texts} {@code n} times in a row. */
    private static TextFeatures repeated(TextFeatures texts, int n) {
        List<String> cut = new ArrayList<>();
        texts.cut().forEach(c -> cut.addAll(Collections.nCopies(n, c)));
        return new TextFeatures(
                repeated(texts.tokens(), n), repeated(texts.mask(), n), repeated(texts.pooled(), n), cut);
    }

    private static Tensor repeated(Tensor x, int n) {
        Tensor each = x.reshape(x.shape().insert(1, 1).toArray());
        return F.expand(each, x.shape().insert(1, n))
                .reshape(x.shape().with(0, x.dim(0) * n).toArray());
    }

    /** Frees the model and the backend. Closing twice is harmless. */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            encoder.close();
            painter.codec().close();
            weights.close();
            eager.backend().close();
        }
    }
}

package dev.airfoil.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.airfoil.pipeline.TextEncoderChoice;
import dev.airfoil.tensor.Backend;
import dev.airfoil.tensor.BackendProvider;
import dev.airfoil.tensor.Backends;
import dev.airfoil.tensor.DType;
import dev.airfoil.tensor.Eager;
import dev.airfoil.tensor.Scope;
import dev.airfoil.tensor.TensorException;
import dev.airfoil.tensor.io.UserCache;
import dev.airfoil.text.TextEncoder;
import dev.airfoil.text.TextFeatures;
import dev.airfoil.train.data.ImageTextSet;
import dev.airfoil.train.data.Progress;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SequencedSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextCacheTest {
    @TempDir
    private Path folder;

    @Test
    void givesWhatTheEncoderGave() {
        Path set = Tiny.set(folder.resolve("set"), 7);
        try (Backend backend = Backends.open("reference", BackendProvider.Options.DEFAULT);
                Arena arena = Arena.ofConfined();
                TextCache cache = Tiny.cache(set)) {
            assertThat(cache.width()).isEqualTo(Tiny.WIDTH);
            assertThat(cache.length()).isEqualTo(Tiny.TOKENS);
            MemorySegment tokens =
                    arena.allocate(2L * 2 * Tiny.TOKENS * Tiny.WIDTH).fill((byte) 7);
            MemorySegment mask = arena.allocate(4L * 2 * Tiny.TOKENS);
            MemorySegment pooled = arena.allocate(2L * 2 * Tiny.WIDTH);

            cache.copy(cache.entry("thingyy"), 0, tokens, mask, pooled);
            cache.copy(cache.entry(""), 1, tokens, mask, pooled);

            new Eager(backend)
                    .run(() -> Scope.run("test", () -> {
                        try (TextEncoder encoder = Tiny.encoder()) {
                            TextFeatures both = encoder.encode(List.of("thingyy", ""));
                            assertThat(mask.toArray(ValueLayout.JAVA_INT))
                                    .containsExactly(both.mask().toInts());
                            assertThat(pooled.toArray(ValueLayout.JAVA_SHORT))
                                    .containsExactly(rounded(both.pooled().toFloats()));
                            float[] want = both.tokens().toFloats();
                            // The empty text is one token; the rest is padding, which is stored as zeros.
                            Arrays.fill(want, (Tiny.TOKENS + 1) * Tiny.WIDTH, want.length, 0);
                            assertThat(tokens.toArray(ValueLayout.JAVA_SHORT)).containsExactly(rounded(want));
                        }
                    }));
        }
    }

    @Test
    void encodesEachCaptionOnceAndTellsHowFarItIs() {
        Path set = Tiny.set(folder.resolve("set"), 40);
        SequencedSet<String> captions = TextCache.captions(ImageTextSet.open(set));
        List<Long> done = new ArrayList<>();

        TextCache.build(
                folder.resolve("t.safetensors"), Tiny.config().encoder(), Tiny.encoder(), captions, (now, total, _) -> {
                    assertThat(total).isEqualTo(81);
                    done.add(now);
                });

        assertThat(captions).hasSize(81);
        assertThat(folder.toFile().list()).containsExactlyInAnyOrder("set", "t.safetensors");
        assertThat(done).containsExactly(64L, 81L);
    }

    @Test
    void whereNothingCanBeWrittenItSaysWhatToDo() throws IOException {
        SequencedSet<String> captions = TextCache.captions(ImageTextSet.open(Tiny.set(folder.resolve("set"), 3)));
        Path nowhere = Files.createFile(folder.resolve("none")).resolve("t.safetensors");
        assertThatThrownBy(() ->
                        TextCache.build(nowhere, Tiny.config().encoder(), Tiny.encoder(), captions, Progress.NONE))
                .isInstanceOf(TensorException.class)
                .hasMessageContainingAll("cannot write the text features " + nowhere, "copy the set to a folder");
    }

    /** There is no folder of a set that could not be written here where the tests run as root: one that is not there. */
    @Test
    void ofASetThatIsReadOnlyItLiesInTheUsersCache() {
        Path set = Tiny.set(folder.resolve("set"), 3);
        String name = "text-e5-small-v2-24.safetensors";
        assertThat(TextCache.in(set, TextEncoderChoice.E5_SMALL_V2, 24)).isEqualTo(set.resolve(name));
        Path other = TextCache.in(folder.resolve("gone"), TextEncoderChoice.E5_SMALL_V2, 24);
        assertThat(other).startsWithRaw(UserCache.folder().resolve("text")).hasFileName(name);
        assertThat(other.getParent()).isNotEqualTo(TextCache.ofUser(set));
    }

    @Test
    void isMadeOnlyWhereThereIsNone() throws IOException {
        Path set = Tiny.set(folder.resolve("set"), 3);
        Path file = Tiny.texts(set);
        Files.setLastModifiedTime(file, FileTime.fromMillis(0));

        Training.prepareTexts(
                set,
                Tiny.config(),
                () -> {
                    throw new AssertionError("the encoder is opened though the features are there");
                },
                Progress.NONE);

        assertThat(Files.getLastModifiedTime(file)).isEqualTo(FileTime.fromMillis(0));
    }

    @Test
    void refusesWhatBelongsElsewhere() {
        Path set = Tiny.set(folder.resolve("set"), 3);
        Path file = Tiny.texts(set);
        Path larger = Tiny.set(folder.resolve("larger"), 4);
        SequencedSet<String> more = TextCache.captions(ImageTextSet.open(larger));

        assertThatThrownBy(() -> TextCache.open(file, Tiny.config().encoder(), Tiny.TOKENS, more))
                .hasMessageContaining("lacks the caption \"a thing xxx\": it belongs to another data set");
        assertThatThrownBy(() -> TextCache.open(file, Tiny.config().encoder(), 9, more))
                .hasMessageContaining("holds no text features of e5-small-v2 with at most 9 tokens");
    }

    private static short[] rounded(float[] values) {
        short[] bits = new short[values.length];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = DType.toBf16(values[i]);
        }
        return bits;
    }
}

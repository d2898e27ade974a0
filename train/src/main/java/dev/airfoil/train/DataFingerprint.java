package dev.airfoil.train;

import dev.airfoil.train.data.ImageTextSet;
import dev.airfoil.train.data.Pair;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Tells data sets apart: by every pixel, caption and side of the split, in their order. */
final class DataFingerprint {
    private DataFingerprint() {}

    /** SHA-256 in hexadecimal. */
    static String of(ImageTextSet set) {
        MessageDigest digest = sha256();
        byte[] rgb = new byte[3 * set.imageSize() * set.imageSize()];
        for (int i = 0; i < set.size(); i++) {
            Pair pair = set.pair(i);
            String words =
                    String.join("\n", pair.concept(), pair.group(), pair.split().name()) + "\n"
                            + String.join("\n", pair.captions()) + "\n\n";
            digest.update(words.getBytes(StandardCharsets.UTF_8));
            set.image(i, rgb, 0);
            digest.update(rgb);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}

/**
 * Pictures with captions: where they come from, how they lie on disk, and in which order training sees them.
 *
 * <p>Read {@link dev.airfoil.train.data.ImageTextSet} first: everything else either makes such a set
 * ({@link dev.airfoil.train.data.EmojiBuilder} from the emoji packages, {@link dev.airfoil.train.data.FolderSource}
 * from a user's folder) or draws from it ({@link dev.airfoil.train.data.BalancedSampler}). {@code CaptionGrammar} holds
 * the English of the emoji captions.
 *
 * <p>Absent on purpose: tensors (this package ends at RGB bytes), image files in the stored set (raw bytes are mapped,
 * so a sample costs no decoding), and augmentation (a mirrored flag or letter is another picture).
 */
package dev.airfoil.train.data;

/**
 * From a prompt to numbers: tokenizers and text encoders. Read {@link dev.airfoil.text.TextEncoder} first: what the
 * denoiser gets to see of a text. Then {@link dev.airfoil.text.WordPiece} (text to ids), {@link
 * dev.airfoil.text.BertEncoder} (ids to features) and {@link dev.airfoil.text.E5SmallV2}, which finds real weights
 * and puts the two together.
 *
 * <p>Deliberately absent: pairs of texts, the pooler and heads of BERT, and training; encoders here are frozen.
 */
package dev.airfoil.text;

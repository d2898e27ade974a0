package dev.airfoil.text;

/** How long the rows of a batch become. */
public enum Padding {
    /** As long as the longest row: the least work. */
    TO_LONGEST,
    /** As long as the limit: every batch has the same shape, whatever it says. */
    TO_LIMIT
}

package dev.airfoil.tensor;

/** An op that is not explained by simpler ones: the reference backend's plain loop is its meaning. */
public non-sealed interface Primitive extends Op {}

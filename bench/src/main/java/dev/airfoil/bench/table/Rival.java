package dev.airfoil.bench.table;

/** Who does the same work as Airfoil. */
enum Rival {
    PYTORCH,
    OPENBLAS,
    /** Not the same work: a plain copy of as many bytes, the least that an op bound by memory can take. */
    COPY
}

/** The diffusion transformer of the paper. */
module dev.airfoil.dit {
    requires transitive dev.airfoil.nn;

    exports dev.airfoil.dit;
}

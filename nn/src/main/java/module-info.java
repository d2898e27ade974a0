/** Parameters and layers. */
module dev.airfoil.nn {
    requires transitive dev.airfoil.tensor;

    exports dev.airfoil.nn;
}

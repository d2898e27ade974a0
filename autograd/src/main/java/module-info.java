/** Gradients: the tape, rematerialisation and the finite-difference check. */
module dev.airfoil.autograd {
    requires transitive dev.airfoil.tensor;

    exports dev.airfoil.autograd;
}

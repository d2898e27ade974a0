/** From noise to data along a velocity field: flow path, schedules, guidance, Euler, Heun and Heun SDE. */
module dev.airfoil.samplers {
    requires transitive dev.airfoil.tensor;

    exports dev.airfoil.samplers;
}

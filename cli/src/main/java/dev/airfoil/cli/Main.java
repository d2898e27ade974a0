package dev.airfoil.cli;

/** Where {@code ./airfoil} starts. */
public final class Main {
    private Main() {}

    /** Prints what the program is called; the commands come with the modules that they drive. */
    public static void main(String[] args) {
        System.out.println("airfoil");
    }
}

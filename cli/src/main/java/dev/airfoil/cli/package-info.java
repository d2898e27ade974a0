/**
 * The command line, {@code ./airfoil}: one class a command, each a thin layer of options over pipeline, train and
 * {@link dev.airfoil.cli.check}. {@link dev.airfoil.cli.Main} puts them together; {@code Failures} turns what goes
 * wrong into one sentence and an exit code.
 *
 * <p>Read Main, then GenerateCommand. Deliberately absent: anything that an application might want to call; that
 * belongs to pipeline or train.
 */
package dev.airfoil.cli;

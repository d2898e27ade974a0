/**
 * Golden cases: files with inputs and the outputs and gradients that another implementation computed from them. {@link
 * dev.airfoil.cli.check.Checker} runs one, a {@link dev.airfoil.cli.check.CaseKind} knows how to compute what its kind
 * of case holds, and {@link dev.airfoil.cli.check.Comparison} measures how far off we are.
 *
 * <p>Read Checker, then OpKind. Deliberately absent: the command with its options (it is one package up), and a kind
 * for models that Airfoil does not have yet: such cases are skipped, with the reason.
 */
package dev.airfoil.cli.check;

/**
 * {@code ./airfoil bench}: one table of what Airfoil does beside what PyTorch and OpenBLAS do in the same process, and
 * beside what the machine can do at most.
 *
 * <p>A {@link dev.airfoil.bench.table.Contest} is a row before it is run: its contenders do the same work, must agree,
 * and are then timed in turn ({@link dev.airfoil.bench.table.Stopwatch}). The rows are in {@code Products}, {@code
 * NarrowProducts}, {@code Attentions}, {@code Convolutions}, {@code FusedOps}, {@code Models} and, for devices, {@code
 * MemoryOps}. Read {@link dev.airfoil.bench.table.Table} first. Deliberately absent: forks and statistics as JMH has
 * them; a whole table must take minutes.
 */
package dev.airfoil.bench.table;

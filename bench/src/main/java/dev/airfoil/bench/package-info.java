/**
 * Speed claims, as JMH classes on DiT-Air shapes that check their answer before they are timed. The naive version stays
 * on the ladder as the documentation of the fast one.
 *
 * <pre>
 * ./mvnw -Dquick -pl bench -am package
 * java --add-modules jdk.incubator.vector -cp bench/target/quick/airfoil-bench.jar:$(cat bench/target/quick/classpath) \
 *      org.openjdk.jmh.Main MatMul
 * </pre>
 *
 * <p>Read {@link dev.airfoil.bench.MatMulBench} first. Deliberately absent: peers in other languages; those are in {@link
 * dev.airfoil.bench.table}, the table of {@code ./airfoil bench}.
 */
package dev.airfoil.bench;

/**
 * Tensors on disk, in the safetensors format: eight bytes of header length, a JSON header with name, element type,
 * shape and place of every tensor, then the bytes of all of them without a gap. Read {@link
 * dev.airfoil.tensor.io.Safetensors} first, then {@link dev.airfoil.tensor.io.SafetensorsFile} (reading, mapped into
 * memory, one file or shards) and {@link dev.airfoil.tensor.io.SafetensorsWriter} (writing beside, then moved).
 *
 * <p>Everything a file claims is checked before a byte of it is used; every complaint names the file, the tensor and
 * the way out. Values are taken as they lie, which is little-endian, as are all machines the engine runs on.
 *
 * <p>The header is read by a small strict JSON parser of our own, because the engine depends on nothing; it is not
 * exported, and whoever needs JSON elsewhere takes a library.
 *
 * <p>What all modules write and keep files with is here too: {@link dev.airfoil.tensor.io.AtomicFile}, {@link
 * dev.airfoil.tensor.io.UserCache} and {@link dev.airfoil.tensor.io.Reason}, the cause of a failure in words.
 *
 * <p>Deliberately absent: pickled checkpoints (they run code), conversion of I64 and F64 (no weight needs it), and
 * renaming of parameters (that belongs to the model that loads them).
 */
package dev.airfoil.tensor.io;

import koffi from "koffi";

const trimHeap = koffi.load(null).func("int malloc_trim(size_t kept)");

/**
 * Gives free memory of the C library back to the kernel. After a large piece was used once, malloc
 * keeps up to twice as much for the next one (mallopt(3), M_TRIM_THRESHOLD).
 */
export function giveBackFreeMemory(): void {
  trimHeap(0);
}

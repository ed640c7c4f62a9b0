import { readFileSync, writeFileSync } from "node:fs";
import { runProgram } from "../../../scripts/program.ts";

const MAGIC = 0x53726448;
const UNPACK_MS = 60_000;

/**
 * Cuts the compressed kernel out of a bzImage and unpacks it. Started as an ELF file (PVH) a kernel
 * need not unpack itself under emulation. The place is told by the header (the kernel's
 * Documentation/arch/x86/boot.rst: setup_sects, payload_offset, payload_length).
 */
export async function unpackKernel(bzImage: string, vmlinux: string): Promise<void> {
  const image = readFileSync(bzImage);
  if (image.readUInt32LE(0x202) !== MAGIC) throw new Error(`${bzImage} is no bzImage`);
  const setupSectors = image.readUInt8(0x1f1) || 4;
  const start = (setupSectors + 1) * 512 + image.readUInt32LE(0x248);
  // The last four bytes are the unpacked size, not the compressor's.
  const end = start + image.readUInt32LE(0x24c) - 4;
  const packed = `${vmlinux}.xz`;
  writeFileSync(packed, image.subarray(start, end));
  const unpacked = await runProgram(["xz", "--decompress", "--force", packed], UNPACK_MS);
  const isElf = readFileSync(vmlinux).subarray(0, 4).equals(Buffer.from("\x7fELF"));
  if (unpacked.code !== 0 || !isElf)
    throw new Error(`the kernel is not packed by xz: ${unpacked.output}`);
}

import koffi from "koffi";

/**
 * System calls about disks that Node lacks. Both may hang and so run on a thread of the pool: only
 * for a process that may hang itself.
 */
const libc = koffi.load(null);
const posixFadvise = libc.func("int posix_fadvise(int fd, long offset, long length, int advice)");
const ioctl = libc.func("int ioctl(int fd, ulong request, void *argument)");

const POSIX_FADV_DONTNEED = 4;
const SG_IO = 0x2285;
const SG_DXFER_NONE = -1;
/** `struct sg_io_hdr` of <scsi/sg.h> where pointers have eight bytes. */
const HEADER_BYTES = 88;
const SENSE_BYTES = 32;
/** TEST UNIT READY is six zeros (SPC-4). */
const COMMAND_BYTES = 6;

/** Asks the kernel to drop what it has cached of a file; what is not written yet stays. */
export function forgetCache(fd: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  posixFadvise.async(fd, 0, 0, POSIX_FADV_DONTNEED, () => resolve());
  return promise;
}

/** What a SCSI device answered to TEST UNIT READY. */
export interface UnitAnswer {
  /** Status byte: 0 good, 2 check condition, 8 busy, 0x18 reservation conflict. */
  readonly status: number;
  /** 0: the command reached the device. */
  readonly hostStatus: number;
  /** What is wrong, by group (2 not ready, 3 medium, 4 hardware, 6 unit attention); 0: not told. */
  readonly senseKey: number;
}

/** Asks a SCSI device whether it is ready; null when it is none, or may not be asked. */
export async function testUnitReady(fd: number, timeoutMs: number): Promise<UnitAnswer | null> {
  const header = Buffer.alloc(HEADER_BYTES);
  const command = Buffer.alloc(COMMAND_BYTES);
  const sense = Buffer.alloc(SENSE_BYTES);
  header.writeInt32LE("S".charCodeAt(0), 0);
  header.writeInt32LE(SG_DXFER_NONE, 4);
  header.writeUInt8(COMMAND_BYTES, 8);
  header.writeUInt8(SENSE_BYTES, 9);
  header.writeBigUInt64LE(BigInt(koffi.address(command)), 24);
  header.writeBigUInt64LE(BigInt(koffi.address(sense)), 32);
  header.writeUInt32LE(timeoutMs, 40);
  const { promise, resolve } = Promise.withResolvers<number>();
  ioctl.async(fd, SG_IO, header, (_error: unknown, result: number) => resolve(result));
  const result = await promise;
  // The kernel writes into them until it is done; the collector must not take them before.
  if (command.length + sense.length === 0 || result < 0) return null;
  return readUnitAnswer(header, sense);
}

/** Reads what the kernel has written into `struct sg_io_hdr` and into the sense data (SPC-4, 4.5). */
export function readUnitAnswer(header: Buffer, sense: Buffer): UnitAnswer {
  const response = sense.readUInt8(0) & 0x7f;
  // Descriptor format has the key in another byte.
  const key = sense.readUInt8(response >= 0x72 ? 1 : 2) & 0x0f;
  return {
    status: header.readUInt8(64),
    hostStatus: header.readUInt16LE(68),
    senseKey: response === 0 ? 0 : key,
  };
}

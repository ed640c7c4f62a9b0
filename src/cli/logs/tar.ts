/** A block of a tar file, and of its header. */
const BLOCK = 512;
/** A name beyond this is divided; beyond both parts it does not fit (POSIX.1-1988, ustar). */
const NAME_MOST = 100;
const PREFIX_MOST = 155;
/** Where files are whose paths do not fit. */
const LONG = "long/";

/** One file as it stands in a tar file: header, content, and what fills the last block. */
export function tarEntry(path: string, content: Buffer, wall: number): Buffer {
  const filling = (BLOCK - (content.length % BLOCK)) % BLOCK;
  return Buffer.concat([header(path, content.length, wall), content, Buffer.alloc(filling)]);
}

/** What a tar file ends with. */
export function tarEnd(): Buffer {
  return Buffer.alloc(2 * BLOCK);
}

/** The path as it can be written: too long ones lose their beginning, and keep their end. */
export function tarPath(path: string): string {
  if (split(path) !== null) return path;
  const end = Buffer.from(path.replaceAll("/", "_")).subarray(-(NAME_MOST - LONG.length - 4));
  return `${LONG}${end.toString("utf8").replaceAll("\ufffd", "_")}`;
}

/** All numbers are octal text that ends with a zero byte; the checksum counts itself as spaces. */
function header(path: string, size: number, wall: number): Buffer {
  const parts = split(path);
  if (parts === null) throw new RangeError(`a path of a tar file is too long: ${path}`);
  const block = Buffer.alloc(BLOCK);
  const octal = (value: number, at: number, length: number): void => {
    block.write(value.toString(8).padStart(length - 1, "0"), at, length - 1, "latin1");
  };
  block.write(parts.name, 0, NAME_MOST, "utf8");
  octal(0o600, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(size, 124, 12);
  octal(Math.max(0, Math.floor(wall / 1000)), 136, 12);
  block.fill(" ", 148, 156);
  block.write("0", 156, 1, "latin1");
  block.write("ustar\u000000", 257, 8, "latin1");
  block.write(parts.prefix, 345, PREFIX_MOST, "utf8");
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, 8, "latin1");
  return block;
}

function split(path: string): { readonly prefix: string; readonly name: string } | null {
  if (Buffer.byteLength(path) <= NAME_MOST) return { prefix: "", name: path };
  for (let at = path.indexOf("/"); at > 0; at = path.indexOf("/", at + 1)) {
    const [prefix, name] = [path.slice(0, at), path.slice(at + 1)];
    const doesFit =
      Buffer.byteLength(prefix) <= PREFIX_MOST && Buffer.byteLength(name) <= NAME_MOST;
    if (doesFit && name !== "") return { prefix, name };
  }
  return null;
}

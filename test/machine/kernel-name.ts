import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** `struct new_utsname` (the kernel's uapi/linux/utsname.h): fields of so many bytes. */
const FIELD_BYTES = 65;

/**
 * Writes a kernel into the folder that is another one's, but for the release that it tells: what
 * stands for an upgrade where only one kernel is there. Its modules fit all the same.
 */
export function renameKernel(kernel: string, old: string, name: string, folder: string): string {
  if (name.length !== old.length) throw new Error(`${name} is not as long as ${old}`);
  const image = readFileSync(kernel);
  const field = (text: string): string => text.padEnd(FIELD_BYTES, "\0");
  const facts = Buffer.from(`${field("Linux")}${field("(none)")}${old}\0`);
  let at = image.indexOf(facts);
  if (at < 0) throw new Error(`the kernel does not call itself ${old}`);
  // More than one: the image holds data that is only used while it boots.
  for (; at >= 0; at = image.indexOf(facts, at)) image.write(name, at + 2 * FIELD_BYTES);
  const path = join(folder, "vmlinux-renamed");
  writeFileSync(path, image);
  return path;
}

import type { NameAnswer, RecordType } from "../ports/name.ts";

/** Messages of the domain name system (RFC 1035), as far as one question and its answer need them. */

const NUMBERS: Readonly<Record<RecordType, number>> = {
  A: 1,
  NS: 2,
  CNAME: 5,
  PTR: 12,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  SRV: 33,
};
const CLASS_INTERNET = 1;
const HEADER_BYTES = 12;
const IS_ANSWER = 0x8000;
const IS_TRUNCATED = 0x0200;
const ASK_OTHERS = 0x0100;
const CODE_MASK = 0x000f;
/** So many records of an answer are looked at. */
const RECORDS_MOST = 256;
/** A name has at most 127 labels (RFC 1035, 2.3.4); more jumps than that are a circle. */
const JUMPS_MOST = 128;

/** The bytes of a question; null when the name cannot be sent. */
export function encodeQuestion(id: number, name: string, record: RecordType): Buffer | null {
  const labels = name.replace(/\.$/, "").split(".");
  const parts: Buffer[] = [Buffer.alloc(HEADER_BYTES)];
  for (const label of labels) {
    const bytes = Buffer.from(label, "latin1");
    if (bytes.length === 0 || bytes.length > 63) return null;
    parts.push(Buffer.from([bytes.length]), bytes);
  }
  parts.push(Buffer.from([0, 0, NUMBERS[record], 0, CLASS_INTERNET]));
  const message = Buffer.concat(parts);
  message.writeUInt16BE(id, 0);
  message.writeUInt16BE(ASK_OTHERS, 2);
  message.writeUInt16BE(1, 4);
  return message;
}

/**
 * What a message says to the question; null when it belongs to another one, `cut` when it has to be
 * asked again over TCP.
 */
export function decodeAnswer(
  message: Buffer,
  question: Buffer,
  record: RecordType,
): NameAnswer | "cut" | null {
  if (message.length < HEADER_BYTES) return { kind: "garbled" };
  const flags = message.readUInt16BE(2);
  if (message.readUInt16BE(0) !== question.readUInt16BE(0) || (flags & IS_ANSWER) === 0) {
    return null;
  }
  if ((flags & IS_TRUNCATED) !== 0) return "cut";
  const code = flags & CODE_MASK;
  if (code === 2) return { kind: "serverFailed" };
  if (code === 3) return { kind: "noSuchName" };
  if (code === 5) return { kind: "refused" };
  if (code !== 0) return { kind: "otherCode", code };
  try {
    const records = readRecords(message, NUMBERS[record]);
    return records.length === 0 ? { kind: "noRecord" } : { kind: "answered", records, tookMs: 0 };
  } catch {
    // A read beyond the end, or a name in a circle.
    return { kind: "garbled" };
  }
}

function readRecords(message: Buffer, wanted: number): string[] {
  let at = HEADER_BYTES;
  for (let left = message.readUInt16BE(4); left > 0; left -= 1) {
    at = readName(message, at).end + 4;
  }
  const records: string[] = [];
  const count = Math.min(message.readUInt16BE(6), RECORDS_MOST);
  for (let left = count; left > 0; left -= 1) {
    const start = readName(message, at).end;
    const type = message.readUInt16BE(start);
    const length = message.readUInt16BE(start + 8);
    const data = start + 10;
    if (data + length > message.length) throw new RangeError("the record ends too early");
    if (type === wanted) records.push(readData(message, type, data, length));
    at = data + length;
  }
  return records;
}

function readData(message: Buffer, type: number, at: number, length: number): string {
  const nameAt = (offset: number): string => readName(message, at + offset).name;
  switch (type) {
    case NUMBERS.A:
      if (length !== 4) throw new RangeError("an address has four bytes");
      return message.subarray(at, at + 4).join(".");
    case NUMBERS.AAAA:
      return addressText(message.subarray(at, at + length));
    case NUMBERS.MX:
      return `${message.readUInt16BE(at)} ${nameAt(2)}`;
    case NUMBERS.SRV: {
      const [priority, weight, port] = [0, 2, 4].map((offset) => message.readUInt16BE(at + offset));
      return `${priority} ${weight} ${port} ${nameAt(6)}`;
    }
    case NUMBERS.TXT:
      return readText(message, at, at + length);
    default:
      return nameAt(0);
  }
}

/** Several pieces of at most 255 bytes, which belong together. */
function readText(message: Buffer, from: number, end: number): string {
  let text = "";
  for (let at = from; at < end; ) {
    const length = message.readUInt8(at);
    text += message.toString("utf8", at + 1, Math.min(at + 1 + length, end));
    at += 1 + length;
  }
  return text;
}

function addressText(bytes: Buffer): string {
  if (bytes.length !== 16) throw new RangeError("an IPv6 address has sixteen bytes");
  const words = Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(index * 2).toString(16));
  // The canonical form (RFC 5952) is the one that people write.
  return new URL(`http://[${words.join(":")}]/`).hostname.slice(1, -1);
}

function readName(message: Buffer, from: number): { readonly name: string; readonly end: number } {
  const labels: string[] = [];
  let at = from;
  let end: number | null = null;
  for (let jumps = 0; jumps <= JUMPS_MOST; ) {
    const length = message.readUInt8(at);
    if (length >= 0xc0) {
      end ??= at + 2;
      at = message.readUInt16BE(at) & 0x3fff;
      jumps += 1;
      continue;
    }
    if (length === 0) return { name: labels.join(".") || ".", end: end ?? at + 1 };
    if (length > 63 || labels.length > JUMPS_MOST) break;
    labels.push(message.toString("latin1", at + 1, at + 1 + length));
    at += 1 + length;
  }
  throw new RangeError("the name has no end");
}

/** The name that stands for an address in a `PTR` question (RFC 1035, 3.5; RFC 3596, 2.5). */
export function nameOfAddress(address: string): string | null {
  if (/^\d{1,3}(?:\.\d{1,3}){3}$/.test(address)) {
    return `${address.split(".").toReversed().join(".")}.in-addr.arpa`;
  }
  if (!/^[0-9a-fA-F:.]+$/.test(address) || !URL.canParse(`http://[${address}]/`)) return null;
  const canonical = new URL(`http://[${address}]/`).hostname.slice(1, -1);
  const [head = "", tail] = canonical.split("::");
  const words = (text: string): string[] => (text === "" ? [] : text.split(":"));
  const [before, after] = [words(head), words(tail ?? "")];
  const filled = [
    ...before,
    ...Array<string>(8 - before.length - after.length).fill("0"),
    ...after,
  ];
  const digits = filled.map((word) => word.padStart(4, "0")).join("");
  return `${digits.split("").toReversed().join(".")}.ip6.arpa`;
}

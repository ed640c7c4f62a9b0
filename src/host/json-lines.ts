/**
 * Cuts a stream into lines of JSON. A line longer than `maxBytes` is dropped whole and reported
 * once, so that no sender can fill our memory.
 */
export class JsonLines {
  readonly #maxBytes: number;
  readonly #onValue: (value: unknown) => void;
  readonly #onFault: (message: string) => void;
  #parts: Buffer[] = [];
  #size = 0;
  #isSkipping = false;

  constructor(
    maxBytes: number,
    onValue: (value: unknown) => void,
    onFault: (message: string) => void,
  ) {
    this.#maxBytes = maxBytes;
    this.#onValue = onValue;
    this.#onFault = onFault;
  }

  push(chunk: Buffer): void {
    let from = 0;
    for (;;) {
      const end = chunk.indexOf(10, from);
      if (end < 0) break;
      this.#take(chunk.subarray(from, end));
      this.#endLine();
      from = end + 1;
    }
    this.#take(chunk.subarray(from));
  }

  #take(part: Buffer): void {
    if (part.length === 0 || this.#isSkipping) return;
    this.#size += part.length;
    if (this.#size <= this.#maxBytes) {
      this.#parts.push(part);
      return;
    }
    this.#parts = [];
    this.#isSkipping = true;
    this.#onFault(`a line is longer than ${this.#maxBytes} bytes`);
  }

  #endLine(): void {
    const isWhole = !this.#isSkipping;
    const text = isWhole ? Buffer.concat(this.#parts).toString("utf8") : "";
    this.#parts = [];
    this.#size = 0;
    this.#isSkipping = false;
    if (!isWhole || text === "") return;
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      this.#onFault("a line is not JSON");
      return;
    }
    this.#onValue(value);
  }
}

import { connect, type Socket } from "node:net";

/** What came without having been asked for: an event of QEMU. */
export interface Told {
  readonly event: string;
  readonly data: Readonly<Record<string, unknown>>;
  /** When QEMU saw it, by this machine's clock, in ms since 1970. */
  readonly at: number;
}

interface Message {
  readonly QMP?: unknown;
  readonly event?: string;
  readonly data?: Readonly<Record<string, unknown>>;
  readonly timestamp?: { readonly seconds: number; readonly microseconds: number };
  readonly return?: unknown;
  readonly error?: { readonly desc: string };
}

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/**
 * A connection on which one JSON object a line goes both ways and replies come in order: QEMU's
 * monitor, and the guest agent behind it. It is of no more use after one reply stayed away.
 */
export class JsonTalk {
  readonly #socket: Socket;
  readonly #waiting: Waiting[] = [];
  readonly #onTold: (told: Told) => void;
  #rest = "";
  /** While set, everything but the reply to this `guest-sync` belongs to a talk before ours. */
  #expectedSync: number | null = null;

  private constructor(socket: Socket, onTold: (told: Told) => void) {
    this.#socket = socket;
    this.#onTold = onTold;
    socket.setEncoding("utf8");
    socket.on("data", (chunk) => this.#read(String(chunk)));
    const end = (error?: Error): void => this.#end(error ?? new Error("the connection was closed"));
    socket.on("error", end);
    socket.on("close", () => end());
  }

  static open(path: string, onTold: (told: Told) => void = () => {}): Promise<JsonTalk> {
    return new Promise((resolve, reject) => {
      const socket = connect(path);
      socket.once("error", reject);
      socket.once("connect", () => {
        socket.off("error", reject);
        resolve(new JsonTalk(socket, onTold));
      });
    });
  }

  /** Throws what the other side complains of, or when it does not answer within the limit. */
  async call(execute: string, args: object | null, limitMs: number): Promise<unknown> {
    const line = JSON.stringify(args === null ? { execute } : { execute, arguments: args });
    return await this.#ask(`${line}\n`, execute, limitMs);
  }

  /** The guest agent may hold half a command of a talk before: byte 255 makes it forget that. */
  async sync(limitMs: number): Promise<void> {
    const id = Math.floor(Math.random() * 2 ** 31);
    this.#expectedSync = id;
    const line = JSON.stringify({ execute: "guest-sync", arguments: { id } });
    await this.#ask(
      Buffer.concat([Buffer.from([0xff]), Buffer.from(`${line}\n`)]),
      "sync",
      limitMs,
    );
  }

  close(): void {
    this.#socket.destroy();
  }

  #ask(bytes: string | Buffer, what: string, limitMs: number): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#end(new NoAnswer(`${what}: no answer within ${limitMs} ms`));
      }, limitMs);
      const settled = <Value>(settle: (value: Value) => void): ((value: Value) => void) => {
        return (value) => {
          clearTimeout(timer);
          settle(value);
        };
      };
      this.#waiting.push({ resolve: settled(resolve), reject: settled(reject) });
      if (this.#socket.destroyed) this.#end(new Error(`${what}: the connection is closed`));
      else this.#socket.write(bytes);
    });
  }

  #read(chunk: string): void {
    const lines = (this.#rest + chunk).split("\n");
    this.#rest = lines.pop() ?? "";
    for (const line of lines) {
      const message = parse(line);
      if (message !== null) this.#take(message);
    }
  }

  #take(message: Message): void {
    if (message.event !== undefined) {
      const { seconds = 0, microseconds = 0 } = message.timestamp ?? {};
      const at = seconds * 1000 + microseconds / 1000;
      this.#onTold({ event: message.event, data: message.data ?? {}, at });
      return;
    }
    if (message.QMP !== undefined) return;
    if (this.#expectedSync !== null && message.return !== this.#expectedSync) return;
    this.#expectedSync = null;
    const waiting = this.#waiting.shift();
    if (message.error === undefined) waiting?.resolve(message.return);
    else waiting?.reject(new Error(message.error.desc));
  }

  #end(error: Error): void {
    this.#socket.destroy();
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }
}

/** Whoever was asked did not answer: the machine may be gone, or only starved. */
export class NoAnswer extends Error {}

function parse(line: string): Message | null {
  // A byte 255 before a reply is not UTF-8; it arrives as the replacement character.
  const text = line.replaceAll("\ufffd", "").trim();
  if (text === "") return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

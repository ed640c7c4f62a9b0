import { connect, type Socket } from "node:net";
import type { MessageBus, Message } from "dbus-native";
import { type Millis, SECOND } from "../../base/duration.ts";
import { fail, type Result, succeed } from "../../base/result.ts";

export interface BusTiming {
  /** A connection that is not ready to be used after this is given up. */
  readonly connectMs: Millis;
  /** An answer that takes longer is not waited for. */
  readonly callMs: Millis;
  /** Pause before the next try; doubles up to the longest. */
  readonly retryLeastMs: Millis;
  readonly retryMostMs: Millis;
}

export const BUS_TIMING: BusTiming = {
  connectMs: 5 * SECOND,
  callMs: 5 * SECOND,
  retryLeastMs: 250,
  retryMostMs: 30 * SECOND,
};

export interface BusCall {
  readonly destination: string;
  readonly path: string;
  readonly interface: string;
  readonly member: string;
  readonly signature?: string;
  readonly body?: readonly unknown[];
}

export interface BusSignal {
  /** Unique name of who sent it; the bus writes it, so it can be trusted. */
  readonly sender: string;
  readonly path: string;
  readonly interface: string;
  readonly member: string;
  readonly body: readonly unknown[];
}

export const BUS_NAME = "org.freedesktop.DBus";
/** The bus itself takes at most 128 MiB; what systemd says about a unit has some KiB. */
const MESSAGE_MOST = 16 * 1024 * 1024;
/** A bus that takes nothing any more gets no more than this. */
const UNSENT_MOST = 1024 * 1024;
const SIGNAL = 4;

/** One line to the bus that is up, with what ends it. */
interface Line {
  readonly client: MessageBus;
  readonly socket: Socket;
}

/**
 * A connection to the system bus that comes back by itself. The library is loaded when it is opened,
 * the first time a unit is wanted; nothing a bus can send or withhold throws here.
 */
export class Bus {
  readonly #socket: string | null;
  readonly #timing: BusTiming;
  #line: Line | null = null;
  #socketInUse: Socket | null = null;
  #retry: NodeJS.Timeout | null = null;
  #pauseMs: Millis;
  #isOpen = false;
  #isClosed = false;
  #fault = "it was not asked yet";
  #onSignal: (signal: BusSignal) => void = () => {};
  #onState: (isUp: boolean) => void = () => {};

  /** `socket`: as `net.connect` takes it; null = the address names none. */
  constructor(socket: string | null, timing: BusTiming = BUS_TIMING) {
    this.#socket = socket;
    this.#timing = timing;
    this.#pauseMs = timing.retryLeastMs;
  }

  get isUp(): boolean {
    return this.#line !== null;
  }

  /** One listener each; signals come in the order of the bus. */
  onSignal(listener: (signal: BusSignal) => void): void {
    this.#onSignal = listener;
  }

  onState(listener: (isUp: boolean) => void): void {
    this.#onState = listener;
  }

  /** Connects, and again whenever the connection is lost, until `close`. */
  open(): void {
    if (this.#isOpen || this.#isClosed) return;
    this.#isOpen = true;
    this.#begin();
  }

  /** For good. */
  close(): void {
    this.#isOpen = false;
    this.#isClosed = true;
    if (this.#retry) clearTimeout(this.#retry);
    this.#retry = null;
    this.#socketInUse?.destroy();
  }

  /** Gives the connection up and begins anew after a pause. */
  drop(why: string): void {
    this.#fault = why;
    this.#socketInUse?.destroy();
  }

  /** One call; fault codes are the names of D-Bus errors, or `bus/missing`. */
  async call(call: BusCall, timeoutMs = this.#timing.callMs): Promise<Result<readonly unknown[]>> {
    const line = this.#line;
    if (line === null) return fail(missing(this.#fault));
    if (line.socket.writableLength > UNSENT_MOST) return fail(missing("it takes nothing any more"));
    return await invoke(line.client, call, timeoutMs);
  }

  #begin(): void {
    if (this.#socket === null) {
      this.#fault = "its address names no unix socket";
      return;
    }
    this.#dial(this.#socket).catch((error: unknown) => {
      this.#fault = error instanceof Error ? error.message : String(error);
      this.#lost();
    });
  }

  async #dial(path: string): Promise<void> {
    const library = await import("dbus-native");
    if (!this.#isOpen) return;
    const socket = connect(path);
    this.#socketInUse = socket;
    // Its other ways to log in read key files, its own greeting throws when it is not answered.
    const client = library.createClient({
      stream: socket,
      authMethods: ["EXTERNAL"],
      direct: true,
      returnBigInt: false,
      maxMessageSize: MESSAGE_MOST,
      timeout: this.#timing.callMs,
    });
    const deadline = setTimeout(() => {
      this.#fault = `it did not answer within ${this.#timing.connectMs / SECOND} s`;
      socket.destroy();
    }, this.#timing.connectMs);
    client.connection.on("error", (error: Error) => {
      this.#fault = error.message;
      socket.destroy();
    });
    // Its answers to strange calls of others may fail; that ends nobody's connection.
    client.connection.on("handlerError", () => {});
    client.connection.on("end", () => socket.destroy());
    socket.once("close", () => {
      clearTimeout(deadline);
      this.#lost();
    });
    client.connection.on("message", (message: Message) => {
      if (message.type === SIGNAL) this.#onSignal(readSignal(message));
    });
    const greeted = await invoke(client, onBus("Hello"), this.#timing.connectMs);
    clearTimeout(deadline);
    if (socket.destroyed) return;
    if (!greeted.ok) {
      this.drop(greeted.problem.message);
      return;
    }
    this.#line = { client, socket };
    this.#pauseMs = this.#timing.retryLeastMs;
    this.#onState(true);
  }

  #lost(): void {
    const wasUp = this.#line !== null;
    this.#line = null;
    this.#socketInUse = null;
    if (wasUp) this.#onState(false);
    if (!this.#isOpen) return;
    this.#retry = setTimeout(() => this.#begin(), this.#pauseMs);
    this.#pauseMs = Math.min(this.#pauseMs * 2, this.#timing.retryMostMs);
  }
}

/** A call to the bus itself. */
export function onBus(member: string, ...body: readonly string[]): BusCall {
  const signature = "s".repeat(body.length);
  const call = {
    destination: BUS_NAME,
    path: "/org/freedesktop/DBus",
    interface: BUS_NAME,
    member,
  };
  return body.length === 0 ? call : { ...call, signature, body };
}

function invoke(
  client: MessageBus,
  { body, ...call }: BusCall,
  timeout: Millis,
): Promise<Result<readonly unknown[]>> {
  const message = body === undefined ? call : { ...call, body: [...body] };
  return new Promise((resolve) => {
    client.invoke({ ...message }, { timeout }, (error: unknown, ...values: unknown[]) => {
      resolve(error ? fail(faultOf(error)) : succeed(values));
    });
  });
}

function faultOf(error: unknown): { code: string; message: string; hint?: string } {
  const known = typeof error === "object" && error !== null ? error : {};
  const code = "dbusName" in known ? known.dbusName : undefined;
  const message = error instanceof Error ? error.message : String(error);
  return typeof code === "string" ? { code, message } : missing(message);
}

function missing(why: string): { code: string; message: string; hint: string } {
  return {
    code: "bus/missing",
    message: `the system bus cannot be used: ${why}`,
    hint: "`systemctl status dbus` says whether it runs",
  };
}

function readSignal(message: Message): BusSignal {
  const { sender, path, interface: name, member, body } = message;
  return {
    sender: text(sender),
    path: text(path),
    interface: text(name),
    member: text(member),
    body: Array.isArray(body) ? body : [],
  };
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

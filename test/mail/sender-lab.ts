import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { MailSettings, PreparedMail, QueuedMail } from "../../src/base/mail.ts";
import type { Outcome, Prepared } from "../../src/base/post.ts";
import { ROOT } from "../../scripts/program.ts";

const DEADLINE_MS = 60_000;

/** A server's folders with a queue, and real senders that work on it. */
export class SenderLab {
  readonly folder = mkdtempSync(join(tmpdir(), "solosafe sender-"));
  readonly run = join(this.folder, "run");
  readonly durable = join(this.folder, "state/mail");
  readonly inMemory = join(this.run, "mail");
  readonly #children = new Set<ChildProcess>();

  constructor() {
    for (const folder of [this.durable, this.inMemory]) mkdirSync(folder, { recursive: true });
  }

  prepare(settings: Partial<MailSettings>): void {
    const prepared: Prepared<PreparedMail> = {
      v: 1,
      folder: this.durable,
      settings: {
        from: "solosafe@shop.example.org",
        to: ["admin@example.org"],
        servers: [],
        keepTryingMs: 5 * 86_400_000,
        ...settings,
      },
      lost: { subject: "The agent is lost", text: "It is gone.\n", html: "<p>It is gone.</p>" },
    };
    writeFileSync(join(this.run, "mail.json"), JSON.stringify(prepared), { mode: 0o600 });
  }

  queue(id: string, more: Partial<QueuedMail> = {}, folder = this.durable): void {
    const mail: QueuedMail = {
      v: 1,
      id,
      subject: `Subject of ${id}`,
      text: `Text of ${id}\n`,
      html: `<p>Text of ${id}</p>`,
      urgency: "alert",
      createdWall: Date.now(),
      messageId: `<${id}@shop.example.org>`,
      thread: null,
      to: ["admin@example.org"],
      isTest: false,
      tries: 0,
      nextWall: 0,
      ...more,
    };
    writeFileSync(join(folder, `${id}.mail`), JSON.stringify(mail));
  }

  /** The mail as it waits now; null when it does not. */
  waiting(id: string, folder = this.durable): QueuedMail | null {
    return this.#read(folder, `${id}.mail`);
  }

  outcome(id: string, folder = this.durable): Outcome | null {
    return this.#read(folder, `${id}.outcome`);
  }

  list(folder = this.durable): readonly string[] {
    return readdirSync(folder).toSorted();
  }

  /** A sender; settles with its exit code when it has ended. */
  send(...words: readonly string[]): {
    readonly child: ChildProcess;
    ended: Promise<number | null>;
  } {
    const program = join(ROOT, "src/workers/main.ts");
    const child = spawn(
      process.execPath,
      [program, "sender", "--run", this.run, "--queue", "mail", ...words],
      {
        stdio: ["ignore", "ignore", "inherit"],
        timeout: DEADLINE_MS,
        killSignal: "SIGKILL",
      },
    );
    this.#children.add(child);
    const ended = new Promise<number | null>((resolve) => {
      child.once("exit", (code) => {
        this.#children.delete(child);
        resolve(code);
      });
    });
    return { child, ended };
  }

  close(): void {
    for (const child of this.#children) child.kill("SIGKILL");
    rmSync(this.folder, { recursive: true, force: true });
  }

  #read<File>(folder: string, name: string): File | null {
    try {
      return JSON.parse(readFileSync(join(folder, name), "utf8"));
    } catch {
      return null;
    }
  }
}

/** Waits until it is so; false when it is not within a minute. */
export async function until(isSo: () => boolean): Promise<boolean> {
  const end = performance.now() + DEADLINE_MS;
  while (!isSo()) {
    if (performance.now() > end) return false;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return true;
}

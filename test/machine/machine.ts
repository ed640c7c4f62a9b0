import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, truncateSync } from "node:fs";
import { closeSync, existsSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runProgram } from "../../scripts/program.ts";
import { GuestAgent, type GuestEnd } from "./guest-agent.ts";
import type { Image } from "./image/build-image.ts";
import { JsonTalk, type Told } from "./json-talk.ts";
import { MachineEvents } from "./machine-events.ts";
import { quiet, until } from "./patience.ts";
import { qemuArguments } from "./qemu-arguments.ts";

const SOCKET_QUIET_MS = 10_000;
const COMMAND_MS = 60_000;
const SNAPSHOT_QUIET_MS = 10_000;
const BOOT_QUIET_MS = 30_000;
const ERST_BYTES = 65_536;
const BOOT_ID = ["cat", "/proc/sys/kernel/random/boot_id"] as const;

interface Job {
  readonly id: string;
  readonly status: string;
  readonly error?: string;
}

/** Machines must not outlive the program that started them. */
const running = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** One machine that can really reboot, panic and be reset; its disks are thrown away at the end. */
export class Machine {
  /** Its files: disks, serial log. */
  readonly folder: string;
  readonly events = new MachineEvents();
  readonly agent: GuestAgent;
  readonly webPort: number;
  readonly #image: Image;
  readonly #sockets: string;
  #process: ChildProcess | null = null;
  #commands: JsonTalk | null = null;
  #eventTalk: JsonTalk | null = null;

  private constructor(image: Image, folder: string, webPort: number) {
    this.#image = image;
    this.folder = folder;
    this.webPort = webPort;
    // Paths of sockets end at 107 bytes; that of a checkout may be longer.
    this.#sockets = mkdtempSync(join(tmpdir(), "solosafe-lab-"));
    this.agent = new GuestAgent(join(this.#sockets, "agent"));
  }

  /** Starts a machine from clean overlays and waits until its agent answers. */
  static async boot(image: Image, folder: string): Promise<Machine> {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const machine = new Machine(image, folder, await freePort());
    try {
      await machine.#makeDisks();
      await machine.powerOn();
      return machine;
    } catch (error) {
      await machine.powerOff();
      throw error;
    }
  }

  /** Starts QEMU on the disks as they are and waits for the guest; `append`: for its kernel. */
  async powerOn(append: readonly string[] = [], kernel = this.kernel): Promise<void> {
    await this.#startQemu(append, false, kernel);
    await this.waitForGuest(null);
  }

  /** What it is started from. */
  get kernel(): string {
    return this.#image.kernel;
  }

  /** Keeps the whole machine as it is now, to come back to it: memory, devices and disks. */
  async keep(): Promise<void> {
    await this.#snapshot("snapshot-save");
  }

  /**
   * Makes it again what it was at `keep`, whatever became of it since: 2 s instead of a boot. In a
   * new QEMU, because in the old one the guest's TSC would not go back: it would believe that it
   * slept, and systemd that its services hang. The calendar is set to the present.
   */
  async restore(): Promise<void> {
    await this.powerOff();
    await this.#startQemu([], true, this.kernel);
    await this.#snapshot("snapshot-load");
    await this.command("cont");
    await this.waitForGuest(null);
    await this.text("date", "-s", `@${(Date.now() / 1000).toFixed(1)}`);
  }

  /** Ends QEMU at once, as a power cut does. */
  async powerOff(): Promise<void> {
    this.#commands?.close();
    this.#eventTalk?.close();
    this.agent.close();
    const child = this.#process;
    this.#process = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await ended;
  }

  /** Ends it and throws its disks away. */
  async discard(): Promise<void> {
    await this.powerOff();
    rmSync(this.#sockets, { recursive: true, force: true });
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Waits until QEMU has ended by itself, as it does when the guest powers off. */
  async waitForEnd(quietMs = 15_000): Promise<void> {
    await until("the machine's end", quietMs, async () => (this.isRunning ? null : true));
    await this.powerOff();
  }

  get isRunning(): boolean {
    return this.#process !== null && this.#process.exitCode === null;
  }

  async command(name: string, args: object | null = null): Promise<unknown> {
    if (this.#commands === null) throw new Error("the machine is off");
    return await this.#commands.call(name, args, COMMAND_MS);
  }

  /** Waits until the guest's agent answers, in another boot than `oldBoot`; gives its boot id. */
  async waitForGuest(oldBoot: string | null, quietMs: number = BOOT_QUIET_MS): Promise<string> {
    const boot = await until("a booted guest", quietMs, async () => {
      if (!this.isRunning) throw new Error(`QEMU has ended: ${this.#qemuLog()}`);
      if (!(await this.agent.answers(quiet(1_000)))) return null;
      const id = await this.text(...BOOT_ID).catch(() => null);
      return id === oldBoot ? null : id;
    });
    const waiting: readonly [string, ...string[]] = ["systemctl", "is-system-running", "--wait"];
    // The hand in the guest may be starved while everything starts.
    await until("a guest that has started everything", quietMs, () =>
      this.run(waiting, quietMs).catch(() => null),
    );
    return boot;
  }

  /** Waits for what QEMU tells of the machine since a mark. */
  async waitForEvent(name: string, from: number, quietMs: number): Promise<Told> {
    const seen = (): string => `seen: ${this.events.names(from).join(", ") || "nothing"}`;
    return await until(name, quietMs, async () => this.events.find(name, from), seen);
  }

  async bootId(): Promise<string> {
    return await until("the boot's id", 10_000, () => this.text(...BOOT_ID).catch(() => null));
  }

  /** Runs a program in the guest; `quietMs` is what it takes on a quiet machine. */
  async run(words: readonly [string, ...string[]], quietMs = 15_000): Promise<GuestEnd> {
    return await this.agent.run(words, quiet(quietMs));
  }

  /** What a program that must succeed wrote, without blanks around it. */
  async text(...words: readonly [string, ...string[]]): Promise<string> {
    const { code, out, err } = await this.run(words);
    if (code !== 0) throw new Error(`${words.join(" ")} ended with ${code}: ${err}${out}`);
    return out.trim();
  }

  /** A few lines of shell in the guest that must succeed. */
  async shell(script: string): Promise<string> {
    return await this.text("sh", "-ec", script);
  }

  /** Writes a file in the guest. */
  async write(path: string, content: string): Promise<void> {
    const encoded = Buffer.from(content).toString("base64");
    await this.shell(`mkdir -p "$(dirname ${path})"; echo ${encoded} | base64 -d >${path}`);
  }

  /** A place in what the kernel said, from which to look later. */
  get serialMark(): number {
    return statSync(join(this.folder, "serial.log")).size;
  }

  /** What the kernel said since then, in this boot and those that followed. */
  serialSince(mark: number): string {
    return readFileSync(join(this.folder, "serial.log")).subarray(mark).toString();
  }

  /** The last lines of the serial console: what the kernel said. */
  serialTail(lines: number): string {
    const path = join(this.folder, "serial.log");
    if (!existsSync(path)) return "";
    return readFileSync(path, "utf8").trimEnd().split("\n").slice(-lines).join("\n");
  }

  async #makeDisks(): Promise<void> {
    for (const [name, base] of [
      ["root.qcow2", this.#image.root],
      ["data.qcow2", this.#image.data],
    ] as const) {
      const options = ["-q", "-f", "qcow2", "-b", base, "-F", "qcow2", join(this.folder, name)];
      const made = await runProgram(["qemu-img", "create", ...options], COMMAND_MS);
      if (made.code !== 0) throw new Error(`qemu-img: ${made.output}`);
    }
    writeFileSync(join(this.folder, "erst"), "");
    truncateSync(join(this.folder, "erst"), ERST_BYTES);
  }

  async #startQemu(append: readonly string[], isPaused: boolean, kernel: string): Promise<void> {
    const log = openSync(join(this.folder, "qemu.log"), "a");
    const words = qemuArguments({
      files: {
        root: "root.qcow2",
        data: "data.qcow2",
        erst: "erst",
        serial: "serial.log",
        parcel: this.#image.parcel,
        kernel,
        initrd: this.#image.initrd,
      },
      sockets: {
        agent: join(this.#sockets, "agent"),
        commands: join(this.#sockets, "commands"),
        events: join(this.#sockets, "events"),
      },
      webPort: this.webPort,
      append,
      isPaused,
    });
    const child = spawn("qemu-system-x86_64", words, {
      cwd: this.folder,
      stdio: ["ignore", log, log],
    });
    closeSync(log);
    this.#process = child;
    running.add(child);
    child.once("exit", () => running.delete(child));
    child.once("error", () => {});
    await this.#openMonitors(child);
  }

  async #snapshot(command: "snapshot-save" | "snapshot-load"): Promise<void> {
    const id = command;
    const devices = ["root-file", "data-file"];
    await this.command(command, { "job-id": id, tag: "kept", vmstate: "root-file", devices });
    const job = await until(command, SNAPSHOT_QUIET_MS, async () => {
      const jobs = (await this.command("query-jobs")) as readonly Job[];
      return jobs.find((one) => one.id === id && one.status === "concluded") ?? null;
    });
    await this.command("job-dismiss", { id });
    if (job.error !== undefined) throw new Error(`${command}: ${job.error}`);
  }

  async #openMonitors(child: ChildProcess): Promise<void> {
    const open = (name: string): Promise<JsonTalk> =>
      until(`QEMU's ${name}`, SOCKET_QUIET_MS, async () => {
        if (child.exitCode !== null) throw new Error(`QEMU has ended: ${this.#qemuLog()}`);
        const onTold = (told: Told): void => this.events.add(told);
        const path = join(this.#sockets, name);
        return await JsonTalk.open(path, name === "events" ? onTold : undefined).catch(() => null);
      });
    this.#eventTalk = await open("events");
    this.#commands = await open("commands");
    for (const talk of [this.#eventTalk, this.#commands]) {
      await talk.call("qmp_capabilities", null, COMMAND_MS);
    }
  }

  #qemuLog(): string {
    return readFileSync(join(this.folder, "qemu.log"), "utf8").slice(-1_000);
  }
}

/** A port that is free now. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no free port");
  return address.port;
}

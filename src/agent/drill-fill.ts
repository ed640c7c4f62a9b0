import { type Millis, SECOND } from "../base/duration.ts";
import { fail, type Result, succeed } from "../base/result.ts";
import type { Timer } from "../ports/clock.ts";
import { type FaultParts, type PreparedFault, runTool } from "./drill-faults.ts";

/** What a server needs to boot, to log in and to write its log: never filled. */
const NEEDED: ReadonlySet<string> = new Set(
  "/ /boot /boot/efi /usr /etc /home /root /opt /var /var/lib /var/log /var/tmp /tmp /run /dev /dev/shm".split(
    " ",
  ),
);
/** Left free, of the size: enough to remove the file again on a file system that copies on write. */
const KEEP_SHARE = 0.01;
const FILE = ".solosafe-drill";
const TAKE_EVERY: Millis = SECOND;
/** Looks at the space for the first time: others may write between a look and the taking. */
const FIRST_TRIES = 5;

interface Space {
  readonly mount: string;
  readonly sizeBytes: number;
  readonly freeBytes: number;
}

/**
 * Fills the file system that holds `path` up to one per cent, by reserving blocks for one file: that
 * takes a moment and writes nothing. `ownFolders`: state and sockets of the agent.
 */
export async function prepareFill(
  parts: FaultParts,
  path: string,
  ownFolders: readonly string[],
): Promise<Result<PreparedFault>> {
  const [space, ...own] = await Promise.all(
    [path, ...ownFolders].map((one) => spaceOf(parts, one)),
  );
  if (space === undefined || !space.ok) return space ?? fail(refused("nothing is to be filled"));
  const { mount, sizeBytes, freeBytes } = space.value;
  const isOwn = own.some((one) => !one.ok || one.value.mount === mount);
  if (isOwn || NEEDED.has(mount)) {
    return fail(refused(`${path} is on ${mount}, which this server needs; it is never filled`));
  }
  const keep = Math.ceil(sizeBytes * KEEP_SHARE);
  if (freeBytes <= keep) return fail(refused(`${mount} is full already`));
  const filler = new Filler(parts, mount, keep);
  return succeed({
    what: `the free space of ${mount} is reserved, so that one per cent is left`,
    undo: { is: "remove", path: filler.file },
    make: () => filler.begin(),
    halt: () => filler.halt(),
    isGone: () => false,
  });
}

/** Keeps a file system full: what others remove from it meanwhile is taken as well. */
class Filler {
  readonly file: string;
  readonly #parts: FaultParts;
  readonly #mount: string;
  readonly #keep: number;
  #taken = 0;
  #isHalted = false;
  #timer: Timer | null = null;
  #work: Promise<Result<null>> = Promise.resolve(succeed(null));

  constructor(parts: FaultParts, mount: string, keep: number) {
    this.#parts = parts;
    this.#mount = mount;
    this.#keep = keep;
    this.file = `${mount}/${FILE}`;
  }

  begin(): Promise<Result<null>> {
    this.#work = this.#take().then((done) => {
      if (done.ok) this.#again();
      return done;
    });
    return this.#work;
  }

  /** Settles when nothing is taken any more: the file may be removed. */
  async halt(): Promise<void> {
    this.#isHalted = true;
    this.#timer?.cancel();
    await this.#work;
  }

  #again(): void {
    if (this.#isHalted) return;
    this.#timer = this.#parts.clock.timer(TAKE_EVERY, () => void this.begin());
  }

  async #take(triesLeft = FIRST_TRIES): Promise<Result<null>> {
    const space = await spaceOf(this.#parts, this.#mount);
    if (!space.ok) return space;
    const more = space.value.freeBytes - this.#keep;
    if (more <= 0 || this.#isHalted) return succeed(null);
    const length = String(this.#taken + more);
    const command = ["/usr/bin/fallocate", "-l", length, "--", this.file] as const;
    const made = await runTool(this.#parts, command);
    if (!made.ok && this.#taken > 0) return succeed(null);
    if (!made.ok) return triesLeft > 1 ? await this.#take(triesLeft - 1) : made;
    this.#taken += more;
    return succeed(null);
  }
}

async function spaceOf(parts: FaultParts, path: string): Promise<Result<Space>> {
  const words = ["-B1", "--output=size,avail,target", "--", path];
  const found = await runTool(parts, ["/usr/bin/df", ...words]);
  if (!found.ok) return found;
  const [, size = "", free = "", mount = ""] =
    /^\s*(\d+)\s+(\d+)\s+(\/.*)$/m.exec(found.value) ?? [];
  if (mount === "") return fail(refused(`df says nothing about ${path}`));
  return succeed({ mount, sizeBytes: Number(size), freeBytes: Number(free) });
}

function refused(message: string) {
  return { code: "drill/refused", message };
}

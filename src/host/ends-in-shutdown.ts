/** A crash, or what the kernel ends for want of memory: systemd ends nobody so at first. */
const NOT_OF_SYSTEMD = /^signal (?!TERM$|HUP$|INT$)/;

type Listener = (resource: string, how: string) => void;

/**
 * At a shutdown systemd ends applications in the same moment in which it begins to say so, and their
 * end is heard first (seen: `systemctl reboot` on a busy server). So whoever ended as systemd ends
 * programs is told after it was asked once more. An end older than the next start is no news.
 */
export class EndsInShutdown {
  /** Settles, in bounded time, when it was told what there was to tell; null = nobody to ask. */
  readonly #ask: () => Promise<unknown> | null;
  readonly #held = new Map<string, object>();

  constructor(ask: () => Promise<unknown> | null) {
    this.#ask = ask;
  }

  /** Goes between who hears of an end and who is told. */
  before(tell: Listener): Listener {
    return (resource, how) => {
      const asked = NOT_OF_SYSTEMD.test(how) ? null : this.#ask();
      if (asked === null) return tell(resource, how);
      const held = {};
      this.#held.set(resource, held);
      const release = (): void => {
        if (this.#held.get(resource) !== held) return;
        this.#held.delete(resource);
        tell(resource, how);
      };
      asked.then(release, release);
    };
  }

  /** It is started: that it ended before is known by that. */
  forget(resource: string): void {
    this.#held.delete(resource);
  }
}

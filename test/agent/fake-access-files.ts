import type { AccessFiles } from "../../src/ports/access-files.ts";

/** A disk in memory that can be full, hang, or forget the end of what is written. */
export class FakeAccessFiles implements AccessFiles {
  text: string | null = null;
  readonly segments = new Map<string, string>();
  readonly kept: string[] = [];
  /** Why everything that writes fails; null: it does not. */
  fault: string | null = null;
  /** Why reading fails. */
  readFault: string | null = null;
  isHanging = false;
  #waiting: (() => void)[] = [];

  /** What hung goes on. */
  release(): void {
    this.isHanging = false;
    for (const go of this.#waiting.splice(0)) go();
  }

  async read(): Promise<string | null> {
    if (this.readFault !== null) throw new Error(this.readFault);
    return this.text;
  }

  async replace(text: string): Promise<void> {
    await this.#write();
    this.text = text;
  }

  async keepAside(mark: string): Promise<string> {
    await this.#write();
    this.kept.push(this.text ?? "");
    this.text = null;
    return `access.json.bad-${mark}`;
  }

  readonly audit: AccessFiles["audit"] = {
    list: async () => [...this.segments.keys()],
    read: async (name) => this.segments.get(name) ?? "",
    append: async (name, text) => {
      await this.#write();
      this.segments.set(name, (this.segments.get(name) ?? "") + text);
    },
    remove: async (name) => {
      this.segments.delete(name);
    },
  };

  async #write(): Promise<void> {
    if (this.isHanging) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    if (this.fault !== null) throw new Error(this.fault);
  }
}

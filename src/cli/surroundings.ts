import type { EvidenceAnswer, EvidencePart } from "../api/evidence-answers.ts";
import type { Result } from "../base/result.ts";
import type { Upload, Uploading } from "../base/upload.ts";
import type { GuardTools } from "./guard-tools.ts";

/** A file of evidence by its names. */
export interface EvidenceFile {
  readonly incident: string;
  readonly taking: string;
  readonly file: string;
}

/** Everything outside the program that a command may touch. */
export interface Surroundings {
  /** Of this program. */
  readonly version: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly currentFolder: string;
  /** Top folder of the checkout; null when installed. */
  readonly checkout: string | null;
  readonly isTerminal: boolean;
  /** Columns of the terminal. */
  readonly width: number;
  /** Calls back at each Ctrl-C from now on. */
  onInterrupt(listener: () => void): void;
  /** What kind of storage a path lies on; null: nobody knows. */
  readonly storageOf: (path: string) => "local" | "network" | "multipath" | null;
  /** Watchdog and sysrq are those of the host below. */
  readonly isContainer: boolean;
  /** What the kernel's command line says of this product, as `solosafe=…`. */
  readonly kernelWish: "off" | "observe" | null;
  readonly guard: GuardTools;
  /** Texts of the history in a state folder, the newest segment first; rejects when it is not there. */
  historySegments(state: string): AsyncIterable<string>;
  /** What is kept of failed resources in a state folder; both reject where it may not be read. */
  readonly keptEvidence: {
    list(state: string, incident: string | null): Promise<EvidenceAnswer>;
    /** A part of a file from `from` on, at most `most` bytes. */
    read(state: string, file: EvidenceFile, from: number, most: number): Promise<EvidencePart>;
  };
  /** Asks a person for one line; null when no terminal is there. `isSecret`: it is not shown. */
  ask(question: string, isSecret: boolean): Promise<string | null>;
  /** Replaces a file as a whole, durably; mode, owner and a link stay. Rejects on a fault. */
  replaceFile(path: string, text: string): Promise<void>;
  /** Sends a file; what goes wrong is a fault that says what to do. Never rejects. */
  upload(to: Upload, archive: Uploading): Promise<Result<null>>;
  out(text: string): void;
  err(text: string): void;
}

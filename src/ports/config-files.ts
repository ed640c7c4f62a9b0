/** What applying a configuration does to disks; a test puts a faulty one in its place. */
export interface ConfigFiles {
  /** The text of the configuration file; null when there is none. Rejects when it cannot be read. */
  read(): Promise<string | null>;
  /**
   * Replaces the configuration file as a whole: written beside it, made durable, renamed. Mode and
   * owner stay, and a link stays a link. `isWanted` is asked at the last moment: who gave up waiting
   * must not be surprised later. Rejects on a fault, and the file is then what it was.
   */
  replace(text: string, isWanted: () => boolean): Promise<void>;
  /** Takes away what a `replace` that was cut off left beside the file. */
  clean(): Promise<void>;
  /** SHA-256 of a text, in hex: the name of what is in force. */
  hash(text: string): string;
  readonly versions: VersionFiles;
}

/** Files of the configuration's history, a few for each version. */
export interface VersionFiles {
  list(): Promise<readonly string[]>;
  read(name: string): Promise<string>;
  /** Durable when it settles. */
  write(name: string, text: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  /** Not there is no fault. */
  remove(name: string): Promise<void>;
}

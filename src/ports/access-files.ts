/** Where users, sessions and tokens are kept, and the audit trail; a test puts a faulty disk in place. */
export interface AccessFiles {
  /** Null when there is none. Rejects when it cannot be read, or is larger than it may be. */
  read(): Promise<string | null>;
  /** Replaces it as a whole, readable by its owner only; durable when it settles. */
  replace(text: string): Promise<void>;
  /** Keeps a file that cannot be used under another name, which is given back. */
  keepAside(mark: string): Promise<string>;
  readonly audit: SegmentFiles;
}

/** Files of lines that are only ever added to. */
export interface SegmentFiles {
  list(): Promise<readonly string[]>;
  read(name: string): Promise<string>;
  append(name: string, text: string): Promise<void>;
  remove(name: string): Promise<void>;
}

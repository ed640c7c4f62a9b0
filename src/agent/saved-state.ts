import { fnv1a } from "../base/fnv.ts";
import type { LoadedConfig } from "../config/loaded-config.ts";
import { decodeState, encodeState } from "../core/codec.ts";
import { createModel } from "../core/model.ts";
import type { BootRecord, State } from "../core/state.ts";
import type { Clock } from "../ports/clock.ts";
import type { StateFiles } from "../ports/store.ts";
import { type SavedFile, STATE_FILE, STATE_MAX_BYTES } from "./store.ts";

/** Two copies of the record: a write that is cut off spoils one of them. */
const RECORD_FILES = ["boot-record.json", "boot-record.copy.json"] as const;
const RECORD_MAX_BYTES = 1024 * 1024;
const RECORD_VERSION = 1;

/** Text and state, one into the other; the core's codec. */
export interface Codec {
  readonly encode: (state: State) => string;
  /** Throws when the text is not a state that this version understands. */
  readonly decode: (text: string) => State;
}

/** The codec for states of this configuration. */
export function createCodec(config: LoadedConfig, clock: Clock): Codec {
  const model = createModel(config.model);
  return {
    encode: (state) => JSON.stringify(encodeState(state)),
    decode: (text) => {
      const now = { at: clock.now(), wall: clock.wall() };
      const decoded = decodeState(model, JSON.parse(text), now);
      if (!decoded.ok) throw new Error(decoded.problem);
      return decoded.value;
    },
  };
}

export interface LoadedState {
  /** Null: there is none, or it cannot be used. */
  readonly state: State | null;
  readonly stateFault: string | null;
  /** The record to go on with; null: that of the state, or a new one. */
  readonly record: BootRecord | null;
  readonly recordFault: string | null;
}

/** Where an earlier agent saved what, and whose it has to be. */
export interface SavedPlaces {
  readonly files: StateFiles;
  /** One more copy of the record, on another file system. */
  readonly farFiles: StateFiles | null;
  readonly machineId: string;
}

/** Reads what an earlier agent saved. What cannot be used is kept aside and said, never thrown away. */
export function loadSavedState(places: SavedPlaces, codec: Codec, mark: string): LoadedState {
  const { files, farFiles, machineId } = places;
  const { state, fault: stateFault } = loadState(files, codec, mark);
  const copies = RECORD_FILES.map((name) => loadRecord(files, name, mark));
  if (farFiles !== null) copies.push(loadRecord(farFiles, RECORD_FILES[0], mark));
  const all = copies.flatMap((copy) => copy.record ?? []);
  if (state) all.unshift(state.record);
  // A disk of another server may have come with the place of one copy.
  const own = all.filter((one) => one.machineId === machineId);
  const records = own.length > 0 ? own : all;
  const faults = copies.flatMap((copy) => copy.fault ?? []);
  // The higher count wins (recovery.md 3); among equals the state's own is the newest.
  const record = records.reduce<BootRecord | null>(
    (best, one) => (best !== null && best.counted.length >= one.counted.length ? best : one),
    null,
  );
  const recordFault = record === null && faults.length > 0 ? faults.join("; ") : null;
  return { state, stateFault, record, recordFault };
}

function loadState(
  files: StateFiles,
  codec: Codec,
  mark: string,
): { readonly state: State | null; readonly fault: string | null } {
  const read = files.readAtStart(STATE_FILE, STATE_MAX_BYTES);
  if (!read.ok)
    return { state: null, fault: setAside(files, STATE_FILE, mark, read.problem.message) };
  if (read.value === null) return { state: null, fault: null };
  try {
    return { state: codec.decode(read.value), fault: null };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { state: null, fault: setAside(files, STATE_FILE, mark, why) };
  }
}

function setAside(files: StateFiles, name: string, mark: string, why: string): string {
  const kept = files.keepAside(name, mark);
  return kept === null ? `${why}; it could not be kept aside` : `${why}; it was kept as ${kept}`;
}

/** The copies of a record as files; the checksum tells a copy that was cut off or changed. */
export function recordFiles(record: BootRecord): SavedFile[] {
  const text = recordText(record);
  return RECORD_FILES.map((name) => ({ name, text }));
}

/** The copy for another file system. */
export function farCopy(record: BootRecord): SavedFile {
  return { name: RECORD_FILES[0], text: recordText(record) };
}

function recordText(record: BootRecord): string {
  const body = JSON.stringify(record);
  return JSON.stringify({ v: RECORD_VERSION, checksum: checksum(body), body });
}

function loadRecord(
  files: StateFiles,
  name: string,
  mark: string,
): { readonly record: BootRecord | null; readonly fault: string | null } {
  const read = files.readAtStart(name, RECORD_MAX_BYTES);
  if (!read.ok) return { record: null, fault: read.problem.message };
  if (read.value === null) return { record: null, fault: null };
  try {
    return { record: parseRecord(read.value), fault: null };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { record: null, fault: setAside(files, name, mark, `${name}: ${why}`) };
  }
}

function parseRecord(text: string): BootRecord {
  const file: { v?: unknown; checksum?: unknown; body?: unknown } = JSON.parse(text);
  if (file.v !== RECORD_VERSION) throw new Error(`version ${String(file.v)} is not known`);
  if (typeof file.body !== "string" || file.checksum !== checksum(file.body)) {
    throw new Error("the checksum does not fit");
  }
  // Nobody else writes this file, and its checksum fits.
  return JSON.parse(file.body) as BootRecord;
}

function checksum(text: string): string {
  return fnv1a(text).toString(16);
}

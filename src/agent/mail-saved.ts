import type { StateFiles } from "../ports/store.ts";
import { type MailState, NO_MAIL } from "./mail-state.ts";

/** In the folder of state: what is remembered between two mails. */
export const MAIL_STATE = "mail-state.json";
const STATE_BYTES_MOST = 8 * 1024 * 1024;

/** What an earlier agent remembered; what cannot be used is kept aside, and nothing is remembered. */
export function readMailState(files: StateFiles, mark: string): MailState {
  const read = files.readAtStart(MAIL_STATE, STATE_BYTES_MOST);
  if (!read.ok || read.value === null) return NO_MAIL;
  try {
    const state: MailState = JSON.parse(read.value);
    if (state.v === NO_MAIL.v) return { ...NO_MAIL, ...state };
  } catch {
    // Cut off by a full disk, perhaps.
  }
  files.keepAside(MAIL_STATE, mark);
  return NO_MAIL;
}

/** How a server says in its heartbeat that it is. `leaving`: somebody stopped its agent. */
export type BeatState = "well" | "failing" | "leaving" | "going-down";

/** What ends a server's boot on purpose: an action of its own policy, or a shutdown by somebody else. */
export type Announcement = "reboot" | "poweroff" | "reset" | "panic" | "shutdown";

/** Raised when who listens could not understand it any more. */
export const BEAT_VERSION = 1;
/** Names of failed monitors that go along. */
export const BEAT_NAMES_MOST = 20;
/** A heartbeat promises the next one within so many of its intervals. */
export const BEATS_MISSED = 3;
/** The longest pause between two heartbeats, in milliseconds. */
export const BEAT_PAUSE_MOST_MS = 3_600_000;

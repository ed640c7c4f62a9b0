import type { JournalEnd } from "../base/boot-witness.ts";

/** The last lines of the boot before, as JSON; the guard's own apart, for others may have followed. */
export const JOURNAL_END: readonly string[] = [
  "--boot=-1",
  "--lines=400",
  "--no-pager",
  "--quiet",
  "--output=json",
  "--output-fields=MESSAGE,SYSLOG_IDENTIFIER",
];
export const JOURNAL_GUARD: readonly string[] = [
  "--boot=-1",
  "--identifier=solosafe-guard",
  "--lines=50",
  "--no-pager",
  "--quiet",
  "--output=json",
  "--output-fields=MESSAGE",
];

/** A line of these is kept so long at most. */
const TEXT_MAX = 200;

interface Line {
  readonly wall: number;
  readonly from: string;
  readonly text: string;
}

/** Who says so, and what; `sudo` says which person it was. */
const ASKED: readonly (readonly [RegExp, RegExp])[] = [
  [/^(sudo|doas|pkexec)$/, /\b(reboot|poweroff|shutdown|halt|telinit|init|kexec|systemctl)\b/],
  [/^systemd-logind$/, /^(Power key pressed|Reboot key pressed|Halt key pressed)/],
  [/^unattended-upgrade/, /reboot/i],
  [/^(shutdown|reboot|poweroff|qemu-ga)$/, /shut|reboot|powerdown|halt/i],
];

/** How systemd tells that a shutdown began (systemd-logind and PID 1, version 240 and later). */
const SHUTDOWN: readonly (readonly [RegExp, RegExp])[] = [
  [/^systemd-logind$/, /^(The system will .+ now|System is (rebooting|powering down|halting))/],
  [/^systemd$/, /^(Shutting down\.|Received SIG(INT|RTMIN\+[456])\b|Ctrl-Alt-Del was pressed)/],
  [/^systemd$/, /^Reached target .*(System Reboot|System Power Off|System Halt|shutdown\.target)/i],
  [/^systemd-shutdown$/, /./],
];

/** How the journal of the boot before ends; null when it holds no line. */
export function journalEnd(output: string): JournalEnd | null {
  const lines = parse(output);
  const last = lines.at(-1);
  if (last === undefined) return null;
  const shutdown = lines.find((line) => isOneOf(SHUTDOWN, line));
  const asked = lines.findLast((line) => isOneOf(ASKED, line) && isShutdownCommand(line));
  const closed = lines.some(
    ({ from, text }) => from === "systemd-journald" && text === "Journal stopped",
  );
  return {
    lastWall: Math.max(...lines.map(({ wall }) => wall)),
    isClosed: closed,
    shutdown: shutdown?.text ?? null,
    // Somebody may have tried a command that did nothing: without a shutdown nobody asked for one.
    asked: shutdown === undefined && !closed ? null : (asked?.text ?? null),
  };
}

/** `sudo systemctl restart nginx` asks for nothing of the kind. */
function isShutdownCommand({ text }: Line): boolean {
  return !/\bsystemctl\b/.test(text) || /\b(reboot|poweroff|halt|kexec|soft-reboot)\b/.test(text);
}

/** The guard's lines, oldest first. */
export function guardLines(output: string): readonly string[] {
  return parse(output).map(({ text }) => text);
}

function isOneOf(table: readonly (readonly [RegExp, RegExp])[], { from, text }: Line): boolean {
  return table.some(([who, what]) => who.test(from) && what.test(text));
}

function parse(output: string): readonly Line[] {
  return output.split("\n").flatMap((row) => parseLine(row) ?? []);
}

/** Null for a row that is none: the journal may be damaged, as after every cut. */
function parseLine(row: string): Line | null {
  try {
    const value: unknown = JSON.parse(row);
    if (typeof value !== "object" || value === null) return null;
    const at = Number(Reflect.get(value, "__REALTIME_TIMESTAMP"));
    const message: unknown = Reflect.get(value, "MESSAGE");
    if (!Number.isFinite(at) || typeof message !== "string") return null;
    const from = String(Reflect.get(value, "SYSLOG_IDENTIFIER") ?? "");
    return { wall: Math.round(at / 1000), from, text: message.slice(0, TEXT_MAX) };
  } catch {
    return null;
  }
}

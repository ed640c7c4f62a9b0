import { DAY, HOUR, MINUTE, type Millis, SECOND } from "../base/duration.ts";

/** `MM:SS`, from an hour on `H:MM:SS`, from a day on `1d 02:03:04`. Parts of a second are cut off. */
export function formatClock(at: Millis): string {
  const days = Math.floor(at / DAY);
  const hours = Math.floor((at % DAY) / HOUR);
  const minutes = two(Math.floor((at % HOUR) / MINUTE));
  const seconds = two(Math.floor((at % MINUTE) / SECOND));
  if (days > 0) return `${days}d ${two(hours)}:${minutes}:${seconds}`;
  return hours > 0 ? `${hours}:${minutes}:${seconds}` : `${minutes}:${seconds}`;
}

/** Reads what `formatClock` writes; null when the text is not such a time. */
export function parseClock(text: string): Millis | null {
  const match = /^(?:(\d+)d )?(?:(\d+):)?(\d+):(\d\d)$/.exec(text);
  if (!match) return null;
  const [, days = "0", hours = "0", minutes = "0", seconds = "0"] = match;
  return (
    Number(days) * DAY + Number(hours) * HOUR + Number(minutes) * MINUTE + Number(seconds) * SECOND
  );
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}

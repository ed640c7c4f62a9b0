import type { Announcement, BeatState } from "../base/beat.ts";
import type { Texts } from "./en-server.ts";
import { quote, span } from "./words-en.ts";

const ANNOUNCED: Readonly<Record<Announcement, string>> = {
  reboot: "It had announced a reboot",
  poweroff: "It had announced that it powers off",
  reset: "It had announced a reset",
  panic: "It had announced a panic with a crash dump",
  shutdown: "It had announced a shutdown",
};

/** How it was when it was heard last, and whether its silence could be expected. */
function lastWord(state: BeatState, failed: string, announced: Announcement | null): string {
  if (announced !== null) return `${ANNOUNCED[announced]}; it should be back by now.`;
  if (state === "leaving") return "Somebody had stopped its agent.";
  const was = state === "failing" ? failing(failed, "failed") : "it was well";
  return `Until then ${was}, and it had announced nothing.`;
}

function failing(failed: string, verb: string): string {
  return failed === ""
    ? "it had an open incident"
    : `${failed.split(", ").map(quote).join(", ")} ${verb}`;
}

/** English texts about other servers. */
export const HEARD_TEXTS = {
  "server-silent": (f) =>
    f.since === null || f.state === null
      ? `Server ${quote(f.server)} has never been heard here. Look whether it sends its \`heartbeat:\` to this server.`
      : `Server ${quote(f.server)} has not been heard for ${span(f.since)}. ${lastWord(f.state, f.failed, f.announced)} Find out whether it runs, and whether it reaches this server.`,
  "server-heard-again": (f) => {
    const after = f.after === null ? "for the first time" : `again after ${span(f.after)}`;
    const meanwhile =
      f.after === null
        ? ""
        : f.isRebooted
          ? " It was rebooted meanwhile."
          : " It was not rebooted meanwhile.";
    const now =
      f.state === "failing" ? ` Not all is well there: ${failing(f.failed, "fails")}.` : "";
    return `Server ${quote(f.server)} is heard ${after}.${meanwhile}${now}`;
  },
} satisfies Partial<Texts>;

import type { Announcement, BeatState } from "../base/beat.ts";
import type { HEARD_TEXTS as ENGLISH } from "./en-heard.ts";
import { quote, span } from "./words-zh.ts";

const ANNOUNCED: Readonly<Record<Announcement, string>> = {
  reboot: "重启",
  poweroff: "关闭电源",
  reset: "复位",
  panic: "带崩溃转储的内核恐慌",
  shutdown: "关机",
};

function lastWord(state: BeatState, failed: string, announced: Announcement | null): string {
  if (announced !== null) return `它曾预告${ANNOUNCED[announced]}，现在应该已经恢复。`;
  if (state === "leaving") return "它的代理此前由人停止。";
  const was = state === "failing" ? failing(failed) : "一切正常";
  return `此前${was}，且没有预告停机。`;
}

function failing(failed: string): string {
  return failed === ""
    ? "仍有未结束的故障"
    : `${failed.split(", ").map(quote).join("、")}处于失败状态`;
}

/** Chinese texts about other servers. */
export const HEARD_TEXTS: typeof ENGLISH = {
  "server-silent": (f) =>
    f.since === null || f.state === null
      ? `从未收到服务器${quote(f.server)}的心跳。请检查该服务器的\`heartbeat:\`是否发往本服务器。`
      : `已有${span(f.since)}没有收到服务器${quote(f.server)}的心跳。${lastWord(f.state, f.failed, f.announced)}请检查该服务器是否在运行，以及能否连接到本服务器。`,
  "server-heard-again": (f) => {
    const after = f.after === null ? "首次收到" : `经过${span(f.after)}，再次收到`;
    const meanwhile = f.after === null ? "" : f.isRebooted ? "其间它已重启。" : "其间它没有重启。";
    const now = f.state === "failing" ? `该服务器${failing(f.failed)}。` : "";
    return `${after}服务器${quote(f.server)}的心跳。${meanwhile}${now}`;
  },
};

import type { Announcement, BeatState } from "../base/beat.ts";
import type { HEARD_TEXTS as ENGLISH } from "./en-heard.ts";
import { quote, span } from "./words-ja.ts";

const ANNOUNCED: Readonly<Record<Announcement, string>> = {
  reboot: "再起動",
  poweroff: "電源断",
  reset: "リセット",
  panic: "クラッシュダンプを伴うパニック",
  shutdown: "シャットダウン",
};

function lastWord(state: BeatState, failed: string, announced: Announcement | null): string {
  if (announced !== null) {
    return `${ANNOUNCED[announced]}を予告していましたが、もう戻っているはずの時間です。`;
  }
  if (state === "leaving") return "そのエージェントは人の操作で停止されていました。";
  const was = state === "failing" ? `${failing(failed)}状態` : "正常";
  return `それまでは${was}で、停止の予告はありませんでした。`;
}

function failing(failed: string): string {
  return failed === ""
    ? "障害が続いている"
    : `${failed.split(", ").map(quote).join("、")}が失敗している`;
}

/** Japanese texts about other servers. */
export const HEARD_TEXTS: typeof ENGLISH = {
  "server-silent": (f) =>
    f.since === null || f.state === null
      ? `サーバ${quote(f.server)}のハートビートを一度も受信していません。そのサーバの\`heartbeat:\`の送信先がこのサーバになっているか確認してください。`
      : `サーバ${quote(f.server)}のハートビートが${span(f.since)}途絶えています。${lastWord(f.state, f.failed, f.announced)}そのサーバが動作しているか、このサーバに接続できるかを確認してください。`,
  "server-heard-again": (f) => {
    const after =
      f.after === null ? "を初めて受信しました" : `を${span(f.after)}ぶりに受信しました`;
    const meanwhile =
      f.after === null
        ? ""
        : f.isRebooted
          ? "その間に再起動されています。"
          : "その間に再起動はしていません。";
    const now = f.state === "failing" ? `そのサーバは${failing(f.failed)}状態です。` : "";
    return `サーバ${quote(f.server)}のハートビート${after}。${meanwhile}${now}`;
  },
};

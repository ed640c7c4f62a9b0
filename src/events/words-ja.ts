import { formatDuration, type Millis } from "../base/duration.ts";
import type { StepKind, Verdict } from "../core/event.ts";
import type { ServerAction } from "../core/model.ts";
import { spellUnits } from "./spacing.ts";

const UNITS: ReadonlyMap<string, string> = new Map([
  ["ms", "ミリ秒"],
  ["s", "秒"],
  ["m", "分"],
  ["h", "時間"],
  ["d", "日"],
]);

/** A span as people read it: `1分30秒`. */
export function span(length: Millis): string {
  return spellUnits(formatDuration(length), UNITS);
}

/** A name of the configuration, marked as one. */
export function quote(name: string): string {
  return `\`${name}\``;
}

/** Names one after the other. */
export function list(names: readonly string[]): string {
  return names.map(quote).join("、");
}

/** What the policy itself gives as a reason; the reasons of probes and programs stay as they are. */
const REASONS: ReadonlyMap<string, string> = new Map([
  ["observe mode", "観察モードのため"],
  ["a person", "担当者の操作を待っています"],
  ["a person stopped it", "担当者が停止したため"],
  ["a person suspended it", "担当者が一時停止したため"],
  ["a planned window began", "計画された時間枠が始まったため"],
  ["a planned window is open", "計画された時間枠のため"],
  ["a planned window is over", "計画された時間枠が終わったため"],
  ["a planned window was changed", "計画された時間枠が変更されたため"],
  ["a rehearsal", "擬似障害のため"],
  ["rehearsal: this failure is a dummy", "擬似障害です"],
  ["its end time", "指定された終了時刻になったため"],
  ["the server has started", "サーバが起動したため"],
  ["the agent has started", "エージェントが起動したため"],
  ["the server went down", "サーバが停止したため"],
  ["the shutdown ended", "シャットダウンが取り消されたため"],
  ["the suspension ended", "一時停止が終了したため"],
  ["it is new in the configuration", "構成に新しく追加されたため"],
  ["it could not be stopped", "停止できませんでした"],
  ["it ended while the agent was away", "エージェントの停止中に終了していました"],
  ["an operation of an earlier agent was found at it", "以前のエージェントの処理が残っていました"],
  ["a resource that it comes after is not active", "先に起動すべきリソースが活性化していません"],
]);

/** A reason at the end of a sentence: without its own full stop, never empty. */
export function because(reason: string): string {
  const text = reason.trim().replace(/\.$/, "");
  return text === "" ? "理由は示されていません" : (REASONS.get(text) ?? text);
}

/** What a step works on: a resource, a group, all groups, the server. */
export function target(name: string): string {
  if (name.includes("/")) return `リソース${quote(name)}`;
  if (name === "all-groups") return "すべてのグループ";
  if (name === "server") return "サーバ";
  return name === "none" ? "対象なし" : `グループ${quote(name)}`;
}

/** What an incident or a suspension is about; a bare name is a group's. */
export function scope(name: string): string {
  if (name === "all") return "全体";
  if (name.startsWith("monitor:")) return `モニタ${quote(name.slice("monitor:".length))}`;
  return target(name.startsWith("group:") ? name.slice("group:".length) : name);
}

/** What a planned window suspends: names separated by commas. */
export function scopes(names: string): string {
  return names.split(", ").map(scope).join("、");
}

/** A member of an incident: a monitor, or a resource that could not be started. */
export function member(name: string): string {
  return name.includes("/") ? `リソース${quote(name)}` : `モニタ${quote(name)}`;
}

const STEPS: Readonly<Record<StepKind, string>> = {
  script: "回復スクリプト",
  reactivation: "再活性化",
  "group-restart": "再起動",
  none: "最終動作`none`",
  "stop-resource": "最終動作`stop-resource`",
  "stop-group": "最終動作`stop-group`",
  "stop-agent": "最終動作`stop-agent`",
  reboot: "最終動作`reboot`",
  poweroff: "最終動作`poweroff`",
  reset: "最終動作`reset`",
  panic: "最終動作`panic`",
};

/** A rung of the ladder. */
export function step(kind: StepKind): string {
  return STEPS[kind] ?? quote(kind);
}

const VERDICTS: Readonly<Record<Verdict, string>> = {
  cured: "回復動作により回復しました",
  "cured-by-itself": "自然に回復しました",
  "ended-by-person": "担当者が終了させました",
  withdrawn: "新しい構成でモニタが削除または変更されました",
};

/** How an incident ended. */
export function verdict(kind: Verdict): string {
  return VERDICTS[kind] ?? kind;
}

const BOOTS: ReadonlyMap<string, string> = new Map([
  ["first-boot", "この記録での最初の起動です"],
  ["other-server", "別のサーバの記録だったため退避しました"],
  ["same-boot", "同じ起動が続いています"],
  ["ordered", "前回は指示された動作により終了しました"],
  ["clean", "前回は正常に終了しました"],
  ["watchdog-reset", "前回はウォッチドッグにより終了しました"],
  ["panic", "前回はカーネルパニックで終了しました"],
  ["unexplained", "前回は短時間で、理由なく終了しました"],
  ["power-loss", "前回は正常なシャットダウンなしに終了しました。電源断と考えられます"],
]);

/** What the policy says of the end of the boot before. */
export function bootVerdict(kind: string): string {
  return BOOTS.get(kind) ?? kind;
}

/** Why a server-level action is held back. */
export function heldBack(kind: string, counted: number, limit: number): string {
  if (kind === "limit") return `再起動回数の上限に達しています（${counted}/${limit}回）`;
  return kind === "record" ? "起動記録を読み書きできません" : because(kind);
}

/** Why recovery waits. */
export function heldBy(kind: string): string {
  return kind === "package-work" ? "パッケージ管理が動作中です" : because(kind);
}

const VERBS: Readonly<Record<ServerAction, string>> = {
  reboot: "再起動",
  poweroff: "電源オフ",
  reset: "リセット",
  panic: "パニック",
};

/** A server-level action as a noun to be done: `再起動` of the server. */
export function deed(action: ServerAction): string {
  return VERBS[action] ?? action;
}

const STATES: ReadonlyMap<string, string> = new Map([
  ["ok", "正常"],
  ["warning", "警告"],
  ["failed", "異常"],
  ["suspect", "異常の疑い"],
  ["unknown", "不明"],
  ["waiting", "待機"],
  ["active", "活性"],
  ["inactive", "非活性"],
  ["starting", "起動中"],
  ["stopping", "停止中"],
  ["stop-failed", "停止失敗"],
  ["partly-active", "一部活性"],
]);

/** The state of a monitor, a resource or a group; the outcome of a probe. */
export function condition(name: string): string {
  return STATES.get(name) ?? name;
}

const PLANS: ReadonlyMap<string, string> = new Map([
  ["activate", "活性化"],
  ["deactivate", "非活性化"],
  ["restart", "再起動"],
  ["script", "回復スクリプト"],
]);

/** What is being done to a target. */
export function work(kind: string): string {
  return PLANS.get(kind) ?? kind;
}

/** Restarts beyond the threshold go on only while a server-level action has to wait. */
export function tries(step: { readonly attempt: number; readonly allowed: number }): string {
  const { attempt, allowed } = step;
  return attempt > allowed ? "最終動作の待機中のため再実行" : `${attempt}/${allowed}回目`;
}

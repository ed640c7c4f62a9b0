import { BOOT_STATEMENTS } from "./ja-boot.ts";
import type { StatementTexts } from "./statements-en.ts";
import { because, condition, heldBy, list, quote, scope, span, target, work } from "./words-ja.ts";

const NOT_PROBED: ReadonlyMap<string, string> = new Map([
  ["disabled", "構成で無効にされている"],
  ["suspended", "一時停止中である"],
  ["shutdown", "サーバがシャットダウン中である"],
]);

function why(reason: string): string {
  return reason.trim() === "" ? "" : `：${because(reason)}`;
}

/** What `explain` says in Japanese. */
export const JAPANESE_STATEMENTS: StatementTexts = {
  "monitor-is": (f) =>
    `モニタ${quote(f.monitor)}の状態は${span(f.lasts)}前から「${condition(f.status)}」です${why(f.reason)}。`,
  "monitor-last-probe": (f) =>
    `前回の監視は${span(f.ago)}前で、結果は「${condition(f.outcome)}」、所要時間は${span(f.took)}でした${why(f.reason)}。`,
  "monitor-not-probed": (f) =>
    f.because === "inactive"
      ? `${target(f.place)}が活性化していないため、監視していません。`
      : `${NOT_PROBED.get(f.because) ?? because(f.because)}ため、監視していません。`,
  "monitor-next-probe": (f) => `次の監視は${span(f.wait)}後です。`,
  "monitor-suspect": (f) =>
    `${f.failures}回連続で失敗しています。${f.allowed}回までは許容し、それを超えると異常と判定します。`,
  "monitor-rehearsed": (f) =>
    `擬似障害により意図的に異常になっています。終えるには\`solosafe rehearse ${f.monitor} --end\`を実行してください。`,
  "monitor-consequence": (f) =>
    `前提とするモニタ${quote(f.of)}が異常のため異常になっています。回復動作は行いません。`,
  "monitor-awaits": (f) => `回復動作の前に、前提とするモニタを監視します：${list(f.monitors)}。`,
  "monitor-flapping": (f) => `状態が繰り返し変化しています（最近${f.changes}回）。`,
  "monitor-chronic": (f) => `慢性的な異常です。24時間に${f.cures}回回復しました。`,
  "monitor-cured-in": (f) =>
    `正常に戻っています。あと${span(f.wait)}正常が続くと回復が確定し、回数はゼロに戻ります。`,
  "ladder-rung": (f) =>
    `${target(f.target)}の${quote(f.step)}：${f.allowed}回のうち${f.taken}回を実行済みです。`,
  "ladder-next": (f) => `異常になると、次の回復動作は${target(f.target)}の${quote(f.step)}です。`,
  "ladder-exhausted": (f) =>
    `すべての回復動作を実行しました。修復してから\`solosafe clear ${f.monitor}\`を実行してください。`,
  "monitor-stuck": () => "監視の処理がカーネル内で応答しません。終了するまで次の監視は行いません。",
  "monitor-not-own-fault": () =>
    "原因はこのサーバの外部にあります。表示と通知のみ行い、回復動作は行いません。",
  "window-open": (f) =>
    `計画された時間枠${quote(f.window)}により、あと${span(f.left)}一時停止しています。`,
  "resource-is": (f) =>
    `リソース${quote(f.resource)}の状態は${span(f.lasts)}前から「${condition(f.phase)}」です${why(f.reason)}。`,
  "resource-tree": (f) =>
    `プロセス：${f.pids.length === 0 ? "なし" : f.pids.join("、")}（追跡方法：${f.tracking}）。`,
  "resource-awaits": (f) =>
    `起動中です。${list(f.monitors)}が正常になるのを最大${span(f.wait)}待ちます。`,
  "resource-after": (f) => `${list(f.waitsFor)}を待っています。`,
  "resource-blocked": (f) =>
    `保留されています${why(f.reason)}。修復してから\`solosafe clear ${f.resource}\`を実行してください。`,
  "resource-stopped-by-person": (f) =>
    `担当者が停止しました。\`solosafe start ${f.resource}\`を実行するまで停止したままです。`,
  "resource-stopped-outside": (f) =>
    `${span(f.lasts)}前に外部から停止されました。起動するには\`solosafe start ${f.resource}\`を実行してください。`,
  "group-is": (f) =>
    `グループ${quote(f.group)}の状態は${span(f.lasts)}前から「${condition(f.phase)}」です（目標は「${condition(f.goal)}」）。`,
  "group-by-person": (f) =>
    f.goal === "inactive"
      ? `担当者が停止しました。\`solosafe start ${f.group}\`を実行するまで停止したままです。`
      : "担当者が起動しました。",
  "group-waits": (f) => `${list(f.for)}をあと最大${span(f.wait)}待ちます。`,
  "plan-runs": (f) =>
    `実行中：${target(f.target)}の${work(f.kind)}（${span(f.lasts)}経過）${why(f.reason)}。${f.left.length === 0 ? "" : `残り：${list(f.left)}。`}`,
  "incident-open": (f) =>
    `${scope(f.scope)}のインシデント${f.incident}が${span(f.lasts)}続いています（回復動作${f.steps}回）：${because(f.cause)}。`,
  "incident-held": (f) => `回復は待機しています：${heldBy(f.because)}。`,
  suspended: (f) =>
    `${scope(f.scope)}は${quote(f.by)}により${f.left === null ? "再開の指示があるまで" : `あと${span(f.left)}`}一時停止しています。`,
  "server-is": (f) =>
    `モード${quote(f.mode)}：グループ${f.groups}個、モニタ${f.monitors}個、異常${f.failed}個、未解決のインシデント${f.incidents}件。`,
  "server-record": (f) =>
    `サーバレベルの動作は上限${f.limit}回のうち${f.counted}回が記録されています。`,
  ...BOOT_STATEMENTS,
  "guard-feeds": (f) =>
    `ガードは${f.kind === "hardware" ? "ハードウェア" : "ソフトウェア"}ウォッチドッグ${quote(f.device)}を更新しています。最後の更新から${span(f.timeout)}後にサーバがリセットされます。`,
  "guard-uncovered": (f) =>
    `ウォッチドッグは有効になっていません：${because(f.fault)}。カーネルまたはガードの停止には対応できません。最後の手段は\`sysrq\`です。`,
  "guard-unarmed": () => "ガードは動作していますが、何も有効にしていません。",
  "guard-gone": (f) => `ガードから${span(f.since)}の間応答がありません。`,
  "guard-fault": (f) => `ガードは十分に確実ではありません：${because(f.fault)}。`,
  "server-actions-simulated": () =>
    "サーバレベルの動作（再起動、電源オフ、リセット、パニック）は模擬です。判断して記録するだけで、実行しません。",
};

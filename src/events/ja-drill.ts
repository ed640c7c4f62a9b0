import type { DrillHindrance } from "../core/drill-news.ts";
import type { Texts } from "./en-server.ts";
import { because, quote, scope, span } from "./words-ja.ts";

const HINDRANCES: Readonly<Record<DrillHindrance["because"], (name: string) => string>> = {
  "going-down": () => "サーバまたはエージェントが停止処理中でした",
  observe: () => "観察モードでは回復動作を行いません",
  "not-saved": () => "状態を保存できませんでした",
  "reboot-limit": () => "再起動回数の上限に達しています",
  "package-work": () => "パッケージ管理が動作中でした",
  incident: (name) => `${scope(name)}のインシデントが発生中でした`,
  busy: () => "起動または停止の処理中でした",
  suspended: (name) => `${quote(name)}は一時停止中でした`,
  "not-active": (name) => `グループ${quote(name)}は活性化していませんでした`,
  "not-well": (name) => `モニタ${quote(name)}が正常ではありませんでした`,
  "not-judged": (name) => `モニタ${quote(name)}がまだ判定されていませんでした`,
  "other-drill": () => "別の訓練が実行中でした",
  "window-ends": () => "時間枠の残り時間が不足していました",
  refused: because,
};

function hindrance(kind: DrillHindrance["because"], name: string): string {
  return HINDRANCES[kind]?.(name) ?? because(kind);
}

/** Japanese texts about drills. */
export const DRILL_TEXTS = {
  "drill-begun": (f) =>
    `${quote(f.target)}の訓練${f.drill}として、実際の障害を意図的に発生させました（実施者：${f.by}）：${because(f.fault)}。`,
  "drill-ended": (f) =>
    f.verdict === "recovered"
      ? `${quote(f.target)}の訓練${f.drill}が終了しました。モニタ${quote(f.detectedBy)}が${span(f.detected ?? 0)}後に障害を検出し、${span(f.recovered ?? 0)}後にすべて正常に戻りました。`
      : `${quote(f.target)}の訓練${f.drill}は途中で終了しました。経過は\`solosafe drill show ${f.drill}\`で確認できます。`,
  "drill-failed": (f) =>
    f.verdict === "not-detected"
      ? `${quote(f.target)}の訓練${f.drill}は不合格です。障害を検出したモニタがありません。検出できるモニタを追加してください（\`solosafe drill show ${f.drill}\`）。`
      : `${quote(f.target)}の訓練${f.drill}は不合格です。モニタ${quote(f.detectedBy)}が障害を検出しましたが、まだ正常に戻っていません。復旧してください（\`solosafe drill show ${f.drill}\`）。`,
  "drill-not-undone": (f) =>
    `${quote(f.target)}の訓練${f.drill}の障害を、${f.tries}回試みても元に戻せませんでした：${because(f.fault)}。手作業で元に戻してください（\`solosafe drill show ${f.drill}\`）。`,
  "drill-skipped": (f) =>
    `${quote(f.target)}の訓練${quote(f.drill)}は、計画された時間枠${quote(f.window)}では実施しませんでした：${hindrance(f.because, f.name)}。次の時間枠で再び試みます。`,
} satisfies Partial<Texts>;

import type { Confidence, UnaskedEnd } from "../core/boot-cause.ts";
import type { BOOT_STATEMENTS as ENGLISH_STATEMENTS, BOOT_TEXTS as ENGLISH } from "./en-boot.ts";
import { deed, quote, span } from "./words-ja.ts";

const SURE: Readonly<Record<Confidence, string>> = {
  certain: "",
  likely: "（可能性が高い）",
  guess: "（推定）",
};
const ENDS: Readonly<Record<UnaskedEnd, string>> = {
  "watchdog-reset": "ウォッチドッグによりリセットされました",
  panic: "カーネルパニックが発生しました",
  "power-loss": "電源断、または手動のリセットです",
  unknown: "理由を示すものはありません",
};
const TO_DO: Readonly<Record<UnaskedEnd, string>> = {
  "watchdog-reset":
    "ユーザ空間またはカーネルが停止していました。前回のログの末尾と負荷を確認してください。",
  panic: "カーネルの最後の記録を確認してください。原因のドライバやメモリが示されています。",
  "power-loss": "電源装置とその記録を確認し、誰がサーバを操作したかを確かめてください。",
  unknown: "次回に備えて、ジャーナルを再起動後も残してください（`Storage=persistent`）。",
};

function gone(away: number | null): string {
  return away === null ? "" : `停止していた時間は${span(away)}です。`;
}

/** 前回の起動がどのように終了したか。 */
export const BOOT_TEXTS: typeof ENGLISH = {
  "rebooted-by-solosafe": (f) =>
    `前回の起動はSoloSafeが終了させました。${f.monitor === "" ? "" : `${quote(f.monitor)}の異常により、`}サーバの${deed(f.action)}を決定しました。${gone(f.away)}効果は異常だった対象の監視で判定します。`,
  "rebooted-by-person": (f) =>
    f.isTest
      ? `担当者がウォッチドッグをテストし、サーバがリセットされました。${gone(f.away)}対応は不要です。`
      : `サーバは担当者またはプログラムによりシャットダウンまたは再起動されました${SURE[f.confidence]}。${gone(f.away)}対応は不要です。`,
  "rebooted-unasked": (f) =>
    `指示がないのにサーバが停止しました。${ENDS[f.end]}${f.end === "unknown" ? "" : SURE[f.confidence]}。${gone(f.away)}${TO_DO[f.end]}`,
};

export const BOOT_STATEMENTS: typeof ENGLISH_STATEMENTS = {
  "end-ordered": (f) =>
    `起動記録に指示（${deed(f.action)}）があります。${f.monitor === "" ? "" : `原因は${quote(f.monitor)}です。`}`,
  "end-record-closed": () => "起動記録は正常なシャットダウンで閉じられています。",
  "end-record-open": (f) =>
    `起動記録は閉じられていません。前回は${span(f.lasted)}動作した後、シャットダウンなしに終了しました。`,
  "end-record-missing": () => "起動記録に前回の起動についての情報はありません。",
  "end-guard-word": (f) => `カーネルのログに残ったガードの最後の記録：${quote(f.text)}。`,
  "end-panic": (f) => `カーネルの最後の記録（${quote(f.path)}に保存）：${quote(f.text)}。`,
  "end-crash-dump": (f) => `停止したカーネルのメモリが${quote(f.path)}に保存されています。`,
  "end-watchdog": () => "ウォッチドッグデバイスは、サーバをリセットしたことを示しています。",
  "end-asked": (f) => `ジャーナルに指示した者の記録があります：${quote(f.text)}。`,
  "end-shutdown": (f) => `ジャーナルにシャットダウン開始の記録があります：${quote(f.text)}。`,
  "end-journal-closed": () => "前回のジャーナルは正常に閉じられています。",
  "end-journal-cut": () => "前回のジャーナルは途中で終わっています。",
  "end-journal-missing": () => "前回のジャーナルは残っていません。",
  "end-login-record": (f) =>
    f.isShutDown
      ? "ログイン記録にシャットダウンがあります。"
      : "ログイン記録にシャットダウンはありません。",
  "end-clock": (f) => `時計が${span(f.back)}戻ったため、停止していた時間は分かりません。`,
};

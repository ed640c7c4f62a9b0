import type { AccessChange } from "../core/event.ts";
import type { ACCESS_TEXTS as ENGLISH } from "./en-access.ts";
import { because, quote, span } from "./words-ja.ts";

const CHANGES: Readonly<Record<AccessChange, string>> = {
  "user-added": "をユーザとして追加しました",
  "user-changed": "の役割を変更しました",
  "user-removed": "をユーザから削除しました",
  "password-changed": "のパスワードを変更しました",
  "token-added": "をトークンとして追加しました",
  "token-removed": "をトークンから削除しました",
};

/** Japanese texts about who may do what. */
export const ACCESS_TEXTS: typeof ENGLISH = {
  "access-changed": (f) => `${quote(f.name)}${CHANGES[f.what]}（実行者：${quote(f.by)}）。`,
  "sign-in-locked": (f) =>
    `${quote(f.from)}から${f.user === "" ? "" : `${quote(f.user)}に対して`}誤ったパスワードが繰り返し入力されました。${span(f.lasts)}の間、サインインを受け付けません。`,
  "access-lost": (f) =>
    `ユーザのファイルを使用できません：${because(f.fault)}。${f.kept === "" ? "ファイルは元の場所に残しました。" : `ファイルは${quote(f.kept)}として保管しました。`}管理画面には誰もサインインできません。\`solosafe web setup\`でパスワードを設定し直してください。`,
  "page-opened": (f) =>
    `管理画面に他のコンピュータからポート${f.port}で接続できるようになりました（実行者：${quote(f.by)}）。`,
  "page-closed": (f) =>
    `管理画面に接続できるのはこのサーバからのみになりました（実行者：${quote(f.by)}）。`,
};

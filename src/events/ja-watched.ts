import type { Texts } from "./en-server.ts";
import { because, member, quote, span } from "./words-ja.ts";

/** Japanese texts about monitors, resources and groups. */
export const WATCHED_TEXTS = {
  "monitor-suspect": (f) =>
    `モニタ${quote(f.monitor)}に異常の疑いがあります（異常と判定するまでの失敗${f.failures}/${f.allowed}回）：${because(f.reason)}。`,
  "monitor-failed": (f) =>
    `モニタ${quote(f.monitor)}が異常を検出しました${f.failures > 1 ? `（${f.failures}回連続）` : ""}：${because(f.reason)}。`,
  "monitor-still-failed": (f) =>
    `モニタ${quote(f.monitor)}は異常のままです：${because(f.reason)}。次の回復動作に進みます。`,
  "monitor-recovered": (f) =>
    `モニタ${quote(f.monitor)}は${span(f.after)}後に正常に戻りました。正常が続いて回復が確定するまで、回数は保持します。`,
  "monitor-cured": (f) =>
    `モニタ${quote(f.monitor)}は正常が続き、回復が確定しました。回数はゼロに戻りました。`,
  "monitor-warning": (f) =>
    `モニタ${quote(f.monitor)}が警告を検出しました：${because(f.reason)}。警告では回復動作を行いません。`,
  "monitor-slow": (f) =>
    `モニタ${quote(f.monitor)}の応答が遅くなっています。監視に${span(f.took)}かかりました（タイムアウト${span(f.timeout)}）。原因を調べるか、タイムアウトを延ばしてください。`,
  "monitor-unknown": (f) =>
    `モニタ${quote(f.monitor)}は監視できません：${because(f.reason)}。回復動作は行いません。不足しているものをインストールするか、許可してください。`,
  "monitor-known": (f) => `モニタ${quote(f.monitor)}は再び監視できるようになりました。`,
  "monitor-flapping": (f) =>
    `モニタ${quote(f.monitor)}の状態が繰り返し変化しています（異常と正常が${f.changes}回）。回復動作は継続します。断続的な障害の原因を調べてください。`,
  "monitor-settled": (f) => `モニタ${quote(f.monitor)}は${f.changes}回の変化の後、安定しました。`,
  "monitor-chronic": (f) =>
    `モニタ${quote(f.monitor)}は24時間に${f.cures}回回復し、そのたびに再び異常になりました。再起動では解決しません。原因を調べてください。`,
  "monitor-consequence": (f) =>
    `モニタ${quote(f.monitor)}の異常は、前提とするモニタ${quote(f.of)}の異常によるものです。回復動作は行わず、そのインシデントに含めます。`,
  "monitor-alert-only": (f) =>
    `モニタ${quote(f.monitor)}がタイムアウトで異常になりましたが、通報のみの設定です：${because(f.reason)}。何も実行していません。監視対象を確認してください。`,
  "monitor-not-own-fault": (f) =>
    `モニタ${quote(f.monitor)}が異常を検出しましたが、原因はこのサーバの外部にあります：${because(f.reason)}。このサーバでは回復動作を行いません。`,
  "not-proven": (f) =>
    `${f.days}日間、${f.count === 1 ? "次のモニタ" : `次の${f.count}個のモニタ`}が異常を検出できることを確認していません：${f.monitors}。負荷の低い時間帯に\`solosafe drill\`で確認してください。`,

  "resource-started": (f) => `リソース${quote(f.resource)}を${span(f.took)}で起動しました。`,
  "resource-not-ready": (f) =>
    `リソース${quote(f.resource)}は動作していますが、起動から${span(f.waited)}以内に${f.monitors}が正常になりませんでした。今後はモニタの結果で判定します。`,
  "resource-ready": (f) => `リソース${quote(f.resource)}は${span(f.took)}で準備ができました。`,
  "resource-start-failed": (f) =>
    `リソース${quote(f.resource)}の起動に失敗しました（${f.attempt}/${f.allowed}回目）：${because(f.reason)}。`,
  "resource-start-stalled": (f) =>
    `リソース${quote(f.resource)}は起動タイムアウト（${span(f.timeout)}）までに準備ができませんでした。`,
  "resource-stopped": (f) =>
    `リソース${quote(f.resource)}を${span(f.took)}で停止しました。プロセスは残っていません。`,
  "resource-stop-failed": (f) =>
    `リソース${quote(f.resource)}の停止に失敗しました：${because(f.reason)}。プロセスがなくなるまで起動しません。プロセスを終了させてから\`solosafe clear ${f.resource}\`を実行してください。`,
  "resource-blocked": (f) =>
    `リソース${quote(f.resource)}を保留しました：${because(f.reason)}。修復してから\`solosafe clear ${f.resource}\`を実行してください。`,
  "resource-ended": (f) =>
    `リソース${quote(f.resource)}が停止操作なしに終了しました：${because(f.how)}。`,
  "resource-stopped-outside": (f) =>
    `リソース${quote(f.resource)}が外部から停止されました。この停止を尊重します。起動するには\`solosafe start ${f.resource}\`を実行してください。`,
  "resource-stopped-outside-still": (f) =>
    `外部から停止されたリソース${quote(f.resource)}は、${span(f.since)}停止したままです。起動するには\`solosafe start ${f.resource}\`を実行してください。`,
  "resource-back": (f) => `リソース${quote(f.resource)}が再び動作し、監視を再開しました。`,
  "resource-restarted-outside": (f) =>
    `リソース${quote(f.resource)}がsystemdにより再起動されました（${f.count}回）。何も実行していません。`,
  "resource-adopted": (f) =>
    `リソース${quote(f.resource)}はすでに動作していました。そのまま監視を再開しました。`,

  "group-activated": (f) => `グループ${quote(f.group)}の起動が${span(f.took)}で完了しました。`,
  "group-deactivated": (f) => `グループ${quote(f.group)}の停止が${span(f.took)}で完了しました。`,
  "group-start-failed": (f) =>
    `グループ${quote(f.group)}の起動に失敗しました。${member(f.resource)}が起動しません。${f.action === "none" ? "ほかには何も実行しません。" : `動作${quote(f.action)}を実行します。`}修復してから\`solosafe start ${f.group}\`を実行してください。`,
  "group-waits": (f) =>
    `グループ${quote(f.group)}は${quote(f.for)}を最大${span(f.limit)}待ちます。`,
  "group-wait-over": (f) =>
    `グループ${quote(f.group)}は${quote(f.for)}の待ち時間を過ぎたため、待たずに続行します。`,

  "package-work-began": () =>
    "パッケージ管理が動作しています。終了するまで、変更されたものの回復動作は行いません。",
  "package-work-ended": (f) => `パッケージ管理が${span(f.took)}で終了しました。`,
  "package-work-long": (f) =>
    `パッケージ管理のロックが${span(f.lasts)}続いています。回復動作を再開します。入力待ちになっていないか確認してください。`,
} satisfies Partial<Texts>;

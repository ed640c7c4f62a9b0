import { HOUR } from "../../base/duration.ts";
import type { WhatIf } from "../../simulate/what-if.ts";
import { because, condition, scope, span, step } from "../../events/words-ja.ts";
import { assemble } from "./assemble.ts";
import type { Headings } from "./en.ts";

const status: Headings["status"] = {
  thisServer: "このサーバ",
  agent: (mode, version, pid, lasts) =>
    `（モード ${mode}、エージェント ${version}、pid ${pid}、稼働${span(lasts)}）`,
  isWell: "すべて正常です",
  isOpen: "再び動作していますが、正常が続くまでインシデントは終了しません",
  isIll: "異常があります",
  suspended: (name, left, by) =>
    `一時停止中：${scope(name)}、${left === null ? "再開されるまで" : `残り${span(left)}`}（${by}）。`,
  eventsLost: (count) => `キューがあふれたため、${count}件のイベントが失われました。`,
  linesLost: (count) => `ログの${count}行が失われました。`,
  group: (name) => `グループ ${name}`,
  lasts: (state, lasts) => `${state}（${span(lasts)}）`,
  byPerson: "担当者が停止",
  byOthers: "外部から停止",
  waitsFor: (names) => `${names}を待機中`,
  waitsAtMost: (names, limit) => `${names}を待機中（最長${span(limit)}）`,
  more: (count) => `ほか${count}件`,
  started: (times) => `起動${times}回`,
  blocked: (reason) => `ブロック中：${because(reason)}`,
  tracked: (by) => `追跡：${by}`,
  noMonitors: "モニタがありません。何も監視していません。",
  monitors: "モニタ",
  incident: (id, group, lasts, cause) =>
    `インシデント ${id}（${group === null ? "サーバ" : `グループ ${group}`}、${span(lasts)}経過）：${cause}`,
  step: (kind, target, result) => `${target}の${step(kind)}：${result}`,
  simulated: "模擬",
  runs: "実行中",
  waits: (what) => `待機：${because(what)}`,
  heard: "受信中のサーバ",
  heardState: { well: "正常", failing: "異常", leaving: "停止", "going-down": "終了処理中" },
  silent: "途絶",
  neverHeard: "未受信",
  heardAgo: (ago) => `${span(ago)}前に受信`,
  announced: (what) => `予告：${what}`,
  wasThen: (state) => `当時は${state}`,
};

const notes: Headings["notes"] = {
  "server-actions-simulated":
    "サーバレベルの動作（reboot、poweroff、reset、panic）は模擬です。判断して記録しますが、実行しません。",
  "observe-by-kernel":
    "カーネルのコマンドラインに`solosafe=observe`があります。構成にかかわらず、何も実行しません。",
  "guard-gone":
    "ガードがいません。サーバレベルの動作は実行されません。`systemctl status solosafe-guard.service`を確認してください。",
  "guard-waits": "ガードはまだ何も有効にしていません。それまでサーバレベルの動作は模擬です。",
  "guard-uncovered":
    "ウォッチドッグは有効になっていません。カーネルまたはガードの停止には対応できません。",
  "guard-unproven": "ユーザ空間の動作がガードに示されていません。ストールは検出されません。",
  "observe-mode": "観察モードです。すべてを監視して判断しますが、何も実行しません。",
  "shutdown-in-progress": "サーバはシャットダウン中です。回復動作は行いません。",
  "package-work": "パッケージ管理が動作中です。変更されるものは、その間回復しません。",
  "destination-faulty": "通知できない通知先があります。`solosafe events`で確認してください。",
  "mail-faulty":
    "メールを送信できないため、通知が届きません。`solosafe mail test`で確認してください。",
  "save-faulty": "状態を保存できません。ディスクの空きを確保するか、ディスクを修復してください。",
  "record-faulty": "起動記録を信頼できません。`solosafe reboots`を確認してください。",
  "config-faulty":
    "構成が正しくありません。最後に正しかった構成が有効です。`solosafe config check`を確認してください。",
};

const monitor: Headings["monitor"] = {
  none: "モニタがありません。",
  columns: ["モニタ", "種別", "状態", "継続", "回復対象", "最終確認", ""],
  name: (name) => `モニタ ${name}`,
  forgiven: (failures, retries) => `許容する失敗${failures}/${retries}回`,
  disabled: "無効",
  suspended: "一時停止中",
  rehearsed: "擬似障害中（意図的な異常）",
  flapping: "異常と回復の反復",
  chronic: "慢性的な異常",
  consequence: (of) => `${of}の波及`,
  exhausted: "回復手段なし",
  notProven: (count) =>
    `90日間確認されていないモニタ：${count}個。訓練またはインシデントで確認されます。`,
  isNotProven: "90日間未確認",
  found: (age, at) => `${age}、${at}に異常を検出`,
  done: (age, at) => `${age}、${at}に実行`,
  never: "なし",
  ago: (lasts) => `${span(lasts)}前`,
  type: "種別",
  recovers: "回復対象",
  interval: "監視間隔",
  times: (interval, timeout) => `${span(interval)}、タイムアウト${span(timeout)}`,
  retries: "リトライ回数",
  script: "回復スクリプト",
  reactivations: "再活性化",
  groupRestarts: "グループ再起動",
  final: "最終動作",
  proven: "最終確認",
  of: (count, most) => `${count}/${most}回`,
  cannotDetect: (what) => `検出できないもの：${what}`,
};

const drill: Headings["drill"] = {
  head: (id, what, at, by, mode) => `訓練${id}：${what}、${at}、実施者 ${by}、モード ${mode}`,
  what: (kind, target) => `${target}の${kind}`,
  fault: "障害",
  lookedAt: "対象モニタ",
  noMonitor: "モニタなし",
  detected: "検出",
  steps: "回復動作の回数",
  recovered: "回復",
  undone: "障害の解除",
  no: "いいえ",
  because: (why) => `いいえ：${why}`,
  after: (lasts) => `${lasts}後`,
  afterBy: (lasts, by) => `${lasts}後（${by}）`,
  seconds: (seconds) => `${seconds}秒`,
  nothingToUndo: "解除不要",
  notYet: "まだ",
  cut: "… 保存できる数を超えました …",
  begun: (id, fault, lasts) =>
    `訓練${id}：${fault}${lasts === 0 ? "" : `（最長${span(lasts)}）`}。`,
  ends: "この操作を終了しても、エージェントが訓練を終わらせます。すぐに終わらせるには`solosafe drill end`を実行してください。",
  undoByHand: (fault) => `障害を解除できませんでした：${fault}。手作業で解除してください。`,
  running: "まだ実行中です。`solosafe drill end`で終わらせます。",
  byUndo: "検出されました。障害を解除すると正常に戻り、回復動作は不要でした。",
  healed: (lasts) => `検出され、${lasts}で回復しました。`,
  notDetected: "検出したモニタがありません。壊したものは監視されていません。",
  notRecovered: "検出されましたが、まだ正常に戻っていません。",
  observed: "観察モードでは何も実行しません。",
  cutShort: "途中で終了し、障害は解除されました。",
  none: "訓練はまだありません。",
  columns: ["", "開始", "訓練", "検出", "回復", "判定"],
  notUndone: (verdict) => `${verdict}（障害が残っています）`,
  planned: ["計画", "訓練", "時間枠", "次回", "前回", "最終確認"],
  waits: "この時間枠で待機中",
  never: "なし",
};

const why: Headings["why"] = {
  facts: "根拠：",
  kernel: (now, before) =>
    before === null ? `カーネル：${now}` : `カーネル：${now}（その前の起動では${before}）`,
  notThere: "SoloSafeは今回の起動中に導入されたため、前回の終了は確認していません。",
  older: "起動を確認した最後の記録：",
  none: "報告はまだありません。再起動のたびに作成されます。",
  unknown: (id) => `報告${id}はありません`,
  columns: ["", "起動日時", "前回の終了", "確度", "停止時間"],
  ends: {
    "by-solosafe": "SoloSafeによる",
    "by-person": "担当者またはプログラムによる",
    "watchdog-reset": "ウォッチドッグによる",
    panic: "カーネルパニック",
    "power-loss": "電源断またはハードリセット",
    unknown: "原因不明",
  },
  sure: { certain: "確実", likely: "可能性が高い", guess: "推定" },
  notKnown: "不明",
};

const availability: Headings["availability"] = {
  head: (from, to) => `${from}から${to}まで：`,
  columns: [
    "",
    "稼働率",
    "停止",
    "障害回数",
    "平均復旧時間",
    "平均故障間隔",
    "計画停止",
    "監視なし",
  ],
  server: "サーバ",
  group: (name) => `グループ${name}`,
  nothing: "この期間の測定はありません。",
  note: "計画停止（担当者による停止、一時停止、計画時間帯）と、エージェントが動作していなかった時間は数えません。",
};

const report: Headings["report"] = {
  mailed: (from, to, recipients) =>
    `${from}から${to}までの報告を${recipients}に送信します。送信の結果は\`solosafe events\`で確認できます。`,
};

const config: Headings["config"] = {
  more: (count) => `ほか${count}件`,
  changes: (count) => `変更${count}件：`,
  sameMeaning: "コメント、順序、表記のほかに変更はありません。",
  same: "現在有効な構成と同じです。",
  restarted: "再起動",
  started: "起動",
  stopped: "停止",
  atNextStart: "次の起動まで以前のまま動作（--restart：すぐに反映）",
  adopted: "すでに動作しているものをそのまま引き継ぎ（起動したプログラムは問いません）",
  leftRunning: "動作は続き、監視はされなくなる",
  anew: "監視を初めからやり直すモニタ",
  gone: "なくなるモニタ",
  withdrawn: "取り下げて終了するインシデント",
  line: (what, names) => `${what}：${names}。`,
  format: (note) => `形式：${note}。`,
  notRunningCompared: "エージェントは動作していません。最後に有効だった構成との比較です。",
  notRunningWritten: (file) => `エージェントは動作していません。\`${file}\`に書き込むだけです。`,
  written: (file) => `\`${file}\`に書き込みました。エージェントは起動時に読み込みます。`,
  cannotApply: (why) => `現在は適用できません：${why}。`,
  question: "適用しますか？ [y/N] ",
  nothingToDo: (version) => `変更はありません。版${version}として有効です。`,
  applied: (version, restarting, undo) =>
    `版${version}として有効になりました。${restarting === "" ? "" : `再起動：${restarting}。`}元に戻すには\`solosafe config rollback ${undo}\`を実行してください。`,
  inForce: "（有効）",
  lastGood: (file) => `\`${file}\`は正しくありません。最後に正しかった構成が有効です。`,
  nothingKept: "まだ何も保存されていません。",
  rolledBack: (to) => `版${to ?? "?"}へ復帰`,
  kinds: { start: "起動時", reload: "再読み込み", apply: "適用", file: "ファイル" },
  pulled: (version, file) =>
    `${version === null ? "有効な構成" : `版${version}`}を\`${file}\`に書き込みました。`,
  notValid: (count) => `正しくありません：エラー${count}件。`,
};

const simulate: Headings["simulate"] = {
  head: (name, lasts) =>
    `\`${name}\`が00:00に異常になり、${lasts === null ? "回復しません" : `${span(lasts)}後に再び動作します`}。サーバの稼働時間は${span(2 * HOUR)}です。`,
  more: (count) => `… ほか${count}件 …`,
  again: (times, at) => `（${times}回、最後は${at}）`,
  took: (result, lasts) => `${result} ${span(lasts)}後`,
  notDone:
    "この試行ではガードが動作していますが、ここでは見つかりません。ガードがなければ、サーバレベルの動作は表示だけで、実行しません。",
  observed: "観察モードでは、これらは表示だけで、実行しません。",
  end: ({ end, restarts, serverActions }: WhatIf) =>
    `結果：${ends[end.is]}（${span(end.at)}、回復動作${restarts}回、サーバレベルの動作${serverActions}回）。`,
  columns: ["異常", "最初の回復動作", "最終動作", "結果"],
  times: "時刻は異常の発生からの時間です。`solosafe simulate --fail NAME`で各動作を表示します。",
};

const ends: Headings["ends"] = {
  forgiven: "許容され、何も実行しない",
  cured: "回復",
  exhausted: "異常のまま通報、回復手段なし",
  "told-only": "異常のまま通報、回復動作なし",
  "did-not-help": "異常のまま通報、再起動の効果なし",
  blocked: "異常のまま通報、再起動回数の上限",
  stopped: "担当者が起動するまで停止",
  "agent-stopped": "エージェントが終了、アプリケーションは継続",
  off: "サーバの電源が切れる",
  "goes-on": "終わりなく繰り返す",
};

const VERDICTS: Readonly<Record<string, string>> = {
  running: "実行中",
  recovered: "合格",
  "not-detected": "未検出",
  "not-recovered": "未回復",
  "cut-short": "中断",
};

/** The fixed texts of the command line in Japanese. */
export const JAPANESE_HEADINGS: Headings = assemble({ span, condition, step }, VERDICTS, {
  status,
  notes,
  monitor,
  drill,
  why,
  availability,
  report,
  config,
  simulate,
  ends,
});

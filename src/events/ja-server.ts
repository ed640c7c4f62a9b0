import { incidentOf } from "./evidence-place.ts";
import type { Texts } from "./en-server.ts";
import {
  because,
  bootVerdict,
  deed,
  heldBack,
  heldBy,
  member,
  quote,
  scope,
  scopes,
  span,
  step,
  target,
  tries,
  verdict,
} from "./words-ja.ts";

/** Japanese texts about the agent, people, incidents, steps and server-level actions. */
export const SERVER_TEXTS = {
  "agent-started": (f) =>
    `エージェントは${f.groups}個のグループと${f.monitors}個のモニタの監視を開始しました（モード：${quote(f.mode)}、起動ID：${f.bootId.slice(0, 8)}）。`,
  "agent-restarted": (f) =>
    `エージェントが再起動しました。監視されていなかった時間は${f.isExact ? "" : "最長"}${span(f.unwatched)}です。${f.resources}個のリソースは以前のまま動作しています。${f.plans === 0 ? "途中の処理はありませんでした。" : `途中だった${f.plans}個の処理を継続します。`}`,
  "boot-recorded": (f) =>
    `今回の起動を記録しました（${bootVerdict(f.verdict)}）。サーバレベルの動作は上限${f.limit}回のうち${f.counted}回が数えられています。`,
  "state-lost": (f) =>
    `保存された状態を使用できませんでした：${because(f.fault)}。ファイルは別名で残し、回数はゼロから数えます。ディスクを確認し、継続すべき一時停止や停止は再度実行してください。`,
  "record-fault": (f) =>
    `起動記録を読み書きできません：${because(f.fault)}。この起動の間、ストールの場合を除き、サーバレベルの動作は実行しません。ファイルシステムを修復してから、エージェントを再起動してください。`,
  "config-fault": (f) =>
    `構成が正しくありません：${because(f.fault)}。最後の正しい構成で動作しています。\`solosafe config check\`が示す箇所を修正してください。`,
  "config-applied": (f) =>
    `${quote(f.by)}が新しい構成を適用しました（変更${f.changes}件${f.version === "" ? "" : `、バージョン${quote(f.version)}`}）。`,
  "save-failed": (f) =>
    `状態を保存できませんでした：${because(f.fault)}。監視と回復はメモリ上の情報で継続します。ディスクの空きを確保するか、ディスクを修復してください。`,
  "gap-noticed": (f) =>
    `サーバが${span(f.lost)}の間動作していませんでした（VMの一時停止など）。すべての期限を同じ時間だけ延ばしました。ほかには何もしていません。`,
  "shutdown-began": () => "サーバのシャットダウンを開始しました。以後、回復動作は行いません。",
  "shutdown-ended": (f) =>
    `サーバはシャットダウンされませんでした。${span(f.lasted)}後に、レスキューモードが終了したか、シャットダウンが取り消されました。監視と回復を再開します。`,
  "guard-lost": (f) =>
    `ガードから${span(f.since)}の間応答がありません。現在サーバレベルの動作は実行されず、ウォッチドッグは閉じられていない限りサーバをリセットします。\`systemctl status solosafe-guard.service\`を確認し、起動してください。`,
  "guard-back": (f) => `ガードは${span(f.after)}後に復帰しました。`,
  "guard-armed": (f) =>
    `ガードは${f.kind === "hardware" ? "ハードウェア" : "ソフトウェア"}ウォッチドッグ${quote(f.device)}を更新しています。最後の更新から${span(f.timeout)}後にサーバがリセットされます。`,
  "guard-uncovered": (f) =>
    `ウォッチドッグは有効になっていません：${because(f.fault)}。カーネルまたはガードの停止には対応できません。最後の手段は\`sysrq\`です。`,
  "guard-fault": (f) =>
    `ガードは動作していますが、十分に確実ではありません：${because(f.fault)}。原因を取り除いてから、ガードを再起動してください。`,
  "agent-was-killed": (f) =>
    `ユーザ空間は動作していましたがエージェントの応答がなかったため、ガードが強制終了しました（10分間に${f.kills}回）。スタックはカーネルのログにあります。`,
  "agent-was-lost": (f) =>
    `エージェントを失いました。10分間に5回終了し、そのうち${f.kills}回はガードによる強制終了です。原因をエージェントとカーネルのログで確認してください。`,
  "no-proofs": (f) =>
    `ユーザ空間が動作していることがガードに示されていません：${because(f.reason)}。ストールは検出されません。\`systemctl status solosafe-spawner.service\`を確認してください。`,
  "proof-slow": (f) =>
    `ユーザ空間の動作の確認${quote(f.proof)}に${span(f.took)}かかりました。ストールと判定されるまでの時間の半分を超えています。`,

  "incident-opened": (f) =>
    `${scope(f.scope)}のインシデントが発生しました。${member(f.monitor)}の異常です（${because(f.reason)}）。`,
  "incident-joined": (f) =>
    `${member(f.monitor)}の異常を${scope(f.scope)}のインシデントに加えました：${because(f.reason)}。`,
  "incident-ended": (f) =>
    `${scope(f.scope)}のインシデントが${span(f.lasted)}で終了しました（回復動作${f.steps}回）：${verdict(f.verdict)}。`,
  "incident-open-still": (f) =>
    `${scope(f.scope)}のインシデントは${span(f.since)}続いています：${because(f.waitingFor)}。今後の動作は\`solosafe explain\`で確認してください。`,

  "step-begun": (f) =>
    `${target(f.target)}の${step(f.step)}を開始します（${tries(f)}）：${because(f.reason)}。`,
  "step-finished": (f) =>
    f.result === "done"
      ? `${target(f.target)}の${step(f.step)}が${span(f.took)}で完了しました。効果は今後の監視で判定します。`
      : `${target(f.target)}の${step(f.step)}は成功しませんでした（${span(f.took)}）：${because(f.result)}。`,
  "evidence-kept": (f) =>
    `${target(f.resource)}の調査資料を保存しました：${quote(f.folder)}に${f.files}件のファイル。\`solosafe evidence ${incidentOf(f.folder)}\`で表示します。`,
  "step-abandoned": (f) =>
    `${target(f.target)}の${step(f.step)}を中止しました：${because(f.because)}。`,
  "would-have": (f) =>
    `${target(f.target)}の${step(f.step)}を開始するところでした（${tries(f)}）。何も実行していません：${because(f.because)}。`,
  "recovery-exhausted": (f) =>
    `${target(f.target)}の回復動作をすべて実行しましたが、モニタ${quote(f.monitor)}は異常のままです。修復してから\`solosafe clear ${f.monitor}\`を実行してください。`,
  "recovery-held": (f) => `${scope(f.scope)}の回復は待機しています：${heldBy(f.because)}。`,

  "server-action-ordered": (f) =>
    `ガードにサーバの${deed(f.action)}を指示しました（${f.count}/${f.limit}回目）。原因は${member(f.monitor)}の異常です：${because(f.reason)}。`,
  "server-action-simulated": (f) =>
    `${member(f.monitor)}の異常のため、サーバの${deed(f.action)}を行うところでした：${because(f.reason)}。何も実行していません。擬似障害、観察モード、またはガードが動作していない間、サーバレベルの動作は模擬のみです。`,
  "server-action-blocked": (f) =>
    `${member(f.monitor)}の異常のため、サーバの${deed(f.action)}を行うところでしたが、保留しました：${heldBack(f.because, f.count, f.limit)}。リソースとグループの再起動は継続します。${member(f.monitor)}の監視対象を修復してから\`solosafe reboots clear\`を実行してください。`,
  "reboot-did-not-help": (f) =>
    `${member(f.monitor)}のための${deed(f.action)}は効果がなく、再び異常になりました。${f.willRepeat ? `上限まで${deed(f.action)}を繰り返します。` : `回復が確定するまで${deed(f.action)}は繰り返しません。`}監視対象を修復してください。`,
  "reboots-cleared": (f) => `${quote(f.by)}がサーバレベルの動作の記録をクリアしました。`,

  "person-started": (f) =>
    `${quote(f.by)}が${target(f.name)}を起動しました。回数はゼロに戻りました。`,
  "person-stopped": (f) =>
    `${quote(f.by)}が${target(f.name)}を停止しました。\`solosafe start ${f.name}\`を実行するまで停止したままです。`,
  "person-restarted": (f) => `${quote(f.by)}が${target(f.name)}を再起動しました。`,
  "person-ordered": (f) =>
    `${quote(f.by)}がサーバの${deed(f.action)}を指示しました。先にすべてのグループを停止します。`,
  "person-cleared": (f) => `${quote(f.by)}が${quote(f.name)}をクリアしました。回数はゼロです。`,
  suspended: (f) =>
    `${quote(f.by)}が${scope(f.scope)}を${f.lasts === null ? "再開の指示があるまで" : `${span(f.lasts)}の間`}一時停止しました。監視も回復も行いません。早く終えるには\`solosafe resume\`を実行してください。`,
  "suspension-reminder": (f) =>
    `${scope(f.scope)}は${span(f.since)}一時停止しており、監視していません。終えるには\`solosafe resume\`を実行してください。`,
  resumed: (f) => `${scope(f.scope)}の監視を再開しました（${because(f.by)}）。`,
  "window-opened": (f) =>
    `計画された時間枠${quote(f.window)}が始まりました（${span(f.lasts)}）。その間、${scopes(f.scopes)}は監視しません。`,
  "window-closed": (f) =>
    `計画された時間枠${quote(f.window)}が終了しました${f.because === "end" ? "" : "（構成から削除されたため）"}。一時停止していたものの監視を再開します。`,
  "rehearsal-begun": (f) =>
    `${quote(f.by)}がモニタ${quote(f.monitor)}の擬似障害を開始しました。モニタは意図的に異常となり、回復動作は実際に行われますが、最終動作は通知のみです。終えるには\`solosafe rehearse ${f.monitor} --end\`を実行してください。`,
  "rehearsal-ended": (f) => `${quote(f.by)}がモニタ${quote(f.monitor)}の擬似障害を終了しました。`,
} satisfies Partial<Texts>;

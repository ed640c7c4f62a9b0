import type { MailWords } from "./mail-words.ts";

/** Japanese words of mails. */
export const JAPANESE_MAIL: MailWords = {
  severities: {
    info: "情報",
    notice: "通知",
    warning: "警告",
    error: "異常",
    critical: "重大",
  },
  whatFailed: "発生した事象",
  whatWasDone: "実施した処置",
  whatIsLeft: "必要な対応",
  nothingIsLeft: "ありません。",
  recoveryGoesOn:
    "今はありません。自動で回復処理を続けています。結果は次のメールでお知らせします。",
  noStepYet:
    "回復処理はまだ行われていません。次に何が行われるかは`solosafe explain`で確認してください。",
  nothingWasDone: "まだありません。",
  isRecovered: "現在は正常に戻っています。この状態が続くかどうかを監視しています。",
  server: "サーバ",
  incident: "インシデント",
  written: "作成日時",
  more: (count) => `… ほかに${count}件あります。\`solosafe events\`で確認してください。`,
  dropped: (count) =>
    `空きがないため、これより前の${count}通のメールは送信していません。\`solosafe events\`で確認してください。`,
  digest: (count) => `個別に送信しなかった事象のまとめ（${count}件）`,
  test: {
    summary: "テストメール",
    text: "これはテストメールです。届いていれば、SoloSafeのメールは正しく送信されます。対応は不要です。",
  },
  lost: {
    summary: "エージェントを喪失：このサーバは監視も回復もされていません",
    text: "エージェントの応答がないため、ガードが繰り返し終了させましたが、復帰しません。アプリケーションは動作を続けていますが、監視も回復も行われていません。ガードはウォッチドッグへの応答と、エージェントの再起動を続けます。",
    left: "エージェントのログとカーネルのログで、何を待っていたか（多くはディスク）を確認してください。その後、`systemctl restart solosafe-agent.service`を実行してください。",
  },
};

import type { LoadedConfig } from "../config/loaded-config.ts";
import type { LoadedMail } from "../config/read-mail.ts";
import type { MailSource } from "./mail-page.ts";

/** The texts of one language, loaded by who sends mails only. */
export async function loadSource(
  { subject }: LoadedMail,
  { title, language }: LoadedConfig["server"],
  hostName: string,
): Promise<MailSource> {
  const [{ loadSpeech }, { loadMailWords }] = await Promise.all([
    import("../events/speech.ts"),
    import("../events/mail-words.ts"),
  ]);
  const [speech, words] = await Promise.all([loadSpeech(language), loadMailWords(language)]);
  return { speech, words, title, hostName, subject };
}

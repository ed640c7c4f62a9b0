import { createInterface } from "node:readline";

/** A plan that is looked at for longer than this is not applied any more. */
const PATIENCE_MS = 15 * 60_000;
const LONGEST = 1000;

/**
 * Asks a person for one line, on stderr, so that what is asked does not get into what is kept; null
 * when no terminal is there. `isSecret`: what is typed is not shown. Ctrl-C, Ctrl-D and no answer
 * are an empty one.
 */
export async function ask(question: string, isSecret: boolean): Promise<string | null> {
  if (process.stdin.isTTY !== true) return null;
  return await (isSecret ? askSecret(question) : askLine(question));
}

async function askLine(question: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  return await new Promise((resolve) => {
    lines.question(question, (said) => {
      resolve(said);
      lines.close();
    });
    const limit = setTimeout(() => lines.close(), PATIENCE_MS);
    lines.once("close", () => {
      clearTimeout(limit);
      resolve("");
    });
  });
}

/** Without the editing of a line: the terminal itself shows nothing of what is typed. */
function askSecret(question: string): Promise<string> {
  const { stdin, stderr } = process;
  stderr.write(question);
  stdin.setRawMode(true);
  stdin.setEncoding("utf8");
  stdin.resume();
  return new Promise((resolve) => {
    let text = "";
    const limit = setTimeout(() => end(""), PATIENCE_MS);
    const end = (said: string): void => {
      clearTimeout(limit);
      stdin.off("data", take);
      stdin.setRawMode(false);
      stdin.pause();
      stderr.write("\n");
      resolve(said);
    };
    const take = (typed: string): void => {
      for (const letter of typed) {
        if (letter === "\r" || letter === "\n") return end(text);
        if (letter === "\u0003" || letter === "\u0004") return end("");
        if (letter === "\u007f" || letter === "\b") text = text.replace(/.$/su, "");
        else if (letter === "\u0015") text = "";
        else if (letter >= " " && text.length < LONGEST) text += letter;
      }
    };
    stdin.on("data", take);
  });
}

import { createClient } from "../api/client.ts";
import { findLanguage, LANGUAGES, languageOfCaller } from "../base/language.ts";
import { didYouMean } from "../config/suggest.ts";
import { ENGLISH_SPEECH, loadSpeech } from "../events/speech.ts";
import { ENTRIES } from "./catalogue.ts";
import { readWords, usageFault, type Words } from "./command.ts";
import { type Context, refuse } from "./context.ts";
import { ENGLISH_HEADINGS } from "./headings/en.ts";
import { loadHeadings } from "./headings/headings.ts";
import { helpOf, overview } from "./help.ts";
import { createPaint } from "./paint.ts";
import { findPaths, programName, quoteWord } from "./places.ts";
import type { Surroundings } from "./surroundings.ts";

const ENGLISH = { speech: ENGLISH_SPEECH, headings: ENGLISH_HEADINGS };
const ANYWHERE = /^--(?:json|lang(?:=.*)?)$/;

/** Runs one command line (without the program's name) and gives back the exit code. */
export async function runCli(
  typed: readonly string[],
  surroundings: Surroundings,
): Promise<number> {
  const [name, ...rest] = typed[0]?.startsWith("-") ? commandFirst(typed) : typed;
  const context = createContext(surroundings, null, rest.includes("--json"), ENGLISH);
  if (name === undefined || name === "--help" || name === "-h") {
    context.out(overview(context.program, context.paint));
    return name === undefined ? 2 : 0;
  }
  const wanted = name === "--version" ? "version" : name;
  const entry = ENTRIES.find((one) => one.name === wanted);
  if (!entry) {
    const near = didYouMean(
      name,
      ENTRIES.map((one) => one.name),
    );
    const hint = near ?? "`solosafe help` lists the commands.";
    return refuse(context, 2, usageFault(`unknown command \`${name}\``, hint));
  }
  const command = await entry.load();
  const words = readWords(command, rest);
  if (!words.ok) {
    const { message, hint } = words.problem;
    const more = `See \`solosafe ${command.name} --help\`.`;
    const full = hint === undefined ? more : `${hint} ${more}`;
    return refuse(context, 2, usageFault(`${command.name}: ${message}`, full));
  }
  if (words.value.has("help")) {
    context.out(helpOf(command, context.program, context.paint));
    return 0;
  }
  const asked = words.value.text("lang");
  const language =
    asked === undefined ? languageOfCaller(surroundings.environment) : findLanguage(asked);
  if (language === null) {
    const hint = `The languages are ${LANGUAGES.join(", ")}.`;
    return refuse(context, 2, usageFault(`there are no texts in \`${asked ?? ""}\``, hint));
  }
  const isJson = words.value.has("json");
  const spoken = isJson ? "en" : language;
  const texts = { speech: await loadSpeech(spoken), headings: await loadHeadings(spoken) };
  return command.run(createContext(surroundings, words.value, isJson, texts), words.value);
}

/** What every command takes may also stand before it: `--json status` means `status --json`. */
function commandFirst(typed: readonly string[]): readonly string[] {
  const rest = [...typed];
  const leading: string[] = [];
  for (let word = rest[0]; word !== undefined && ANYWHERE.test(word); word = rest[0]) {
    leading.push(...rest.splice(0, word === "--lang" ? 2 : 1));
  }
  const [name, ...words] = rest;
  return name === undefined || name.startsWith("-") ? typed : [name, ...leading, ...words];
}

function createContext(
  around: Surroundings,
  words: Words | null,
  isJson: boolean,
  texts: Pick<Context, "speech" | "headings">,
): Context {
  const { environment, checkout } = around;
  const wanted = words?.text("state");
  const paths = findPaths({
    state: wanted ?? given(environment["SOLOSAFE_STATE"]),
    config: words?.text("config") ?? given(environment["SOLOSAFE_CONFIG"]),
    checkout,
  });
  const isColoured =
    around.isTerminal &&
    !isJson &&
    !given(environment["NO_COLOR"]) &&
    environment["TERM"] !== "dumb";
  return {
    ...around,
    ...texts,
    paths,
    client: createClient(paths.control),
    paint: createPaint(isColoured),
    isJson,
    width: around.isTerminal ? Math.max(40, around.width) : Number.POSITIVE_INFINITY,
    program: programName(checkout, around.currentFolder),
    programOptions: wanted === undefined ? "" : ` --state ${quoteWord(wanted)}`,
  };
}

/** A variable that is set to nothing counts as not set. */
function given(value: string | undefined): string | undefined {
  return value === "" ? undefined : value;
}

import { createClient } from "../api/client.ts";
import { findLanguage, LANGUAGES, languageOfCaller } from "../base/language.ts";
import { didYouMean } from "../config/suggest.ts";
import { ENGLISH_SPEECH, loadSpeech } from "../events/speech.ts";
import { ENTRIES } from "./catalogue.ts";
import { readWords, usageFault, type Words } from "./command.ts";
import { type Context, refuse } from "./context.ts";
import type { GuardTools } from "./guard-tools.ts";
import { ENGLISH_HEADINGS } from "./headings/en.ts";
import { loadHeadings } from "./headings/headings.ts";
import { helpOf, overview } from "./help.ts";
import { createPaint } from "./paint.ts";
import { findPaths, programName, quoteWord } from "./places.ts";

/** Everything outside the program that a command may touch. */
export interface Surroundings {
  /** Of this program. */
  readonly version: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly currentFolder: string;
  /** Top folder of the checkout; null when installed. */
  readonly checkout: string | null;
  readonly isTerminal: boolean;
  /** Columns of the terminal. */
  readonly width: number;
  /** Calls back at each Ctrl-C from now on. */
  onInterrupt(listener: () => void): void;
  /** What kind of storage a path lies on; null: nobody knows. */
  readonly storageOf: (path: string) => "local" | "network" | "multipath" | null;
  /** Watchdog and sysrq are those of the host below. */
  readonly isContainer: boolean;
  /** What the kernel's command line says of this product, as `solosafe=…`. */
  readonly kernelWish: "off" | "observe" | null;
  readonly guard: GuardTools;
  /** Texts of the history in a state folder, the newest segment first; rejects when it is not there. */
  historySegments(state: string): AsyncIterable<string>;
  /** Asks a person for one line; null when no terminal is there. */
  ask(question: string): Promise<string | null>;
  /** Replaces a file as a whole, durably; mode, owner and a link stay. Rejects on a fault. */
  replaceFile(path: string, text: string): Promise<void>;
  out(text: string): void;
  err(text: string): void;
}

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
    paths,
    checkout,
    version: around.version,
    client: createClient(paths.control),
    paint: createPaint(isColoured),
    isJson,
    isTerminal: around.isTerminal,
    ...texts,
    width: around.isTerminal ? Math.max(40, around.width) : Number.POSITIVE_INFINITY,
    program: programName(checkout, around.currentFolder),
    programOptions: wanted === undefined ? "" : ` --state ${quoteWord(wanted)}`,
    environment,
    onInterrupt: (listener) => around.onInterrupt(listener),
    storageOf: around.storageOf,
    isContainer: around.isContainer,
    kernelWish: around.kernelWish,
    guard: around.guard,
    historySegments: (state) => around.historySegments(state),
    ask: (question) => around.ask(question),
    replaceFile: (path, text) => around.replaceFile(path, text),
    out: (text) => around.out(text),
    err: (text) => around.err(text),
  };
}

/** A variable that is set to nothing counts as not set. */
function given(value: string | undefined): string | undefined {
  return value === "" ? undefined : value;
}

import { assert } from "../base/assert.ts";
import { createModel, type ModelSpec } from "../core/model.ts";
import { parseScenario } from "./parse.ts";
import { renderActions, renderLines, type TranscriptLine } from "./render.ts";
import { renderState } from "./render-state.ts";
import { type Happening, NO_FAULTS, type Scenario } from "./scenario.ts";
import { type Step, World } from "./world.ts";

/** A transcript longer than this is not read by anybody. */
const LINES_MAX = 2000;
/** Weeks of virtual time with a dozen monitors; more is a policy that runs in circles. */
const STEPS_MAX = 200_000;

/** Plays a scenario file and gives it back with what was decided written beside it. */
export function playText(text: string, given?: ModelSpec): string {
  const scenario = parseScenario(text, given);
  const body = renderLines(playScenario(scenario));
  return `${[...trimEnd(scenario.head), "", ...body].join("\n")}\n`;
}

/** Plays a scenario: its own lines in order, and between them what the world did by itself. */
export function playScenario(
  scenario: Scenario,
  onStep: (step: Step) => void = () => {},
): readonly TranscriptLine[] {
  const lines: TranscriptLine[] = [];
  let steps = 0;
  const world = new World(createModel(scenario.spec), scenario.world, (step) => {
    steps += 1;
    assert(steps < STEPS_MAX, "a scenario comes to its end");
    onStep(step);
    if (step.at < 0) return;
    const right = renderActions(step.model, step.actions);
    if (right.length === 0 && step.cause.startsWith("(")) return;
    assert(lines.length < LINES_MAX, "a transcript has a limit");
    lines.push({ at: step.at, left: step.cause, right });
  });
  // Who reads a transcript sees a quiet server at 00:00, unless the scenario begins with its start.
  // Who observes finds its applications running: it starts nothing itself.
  if (scenario.spec.mode === "observe") world.trees.runAll(world.now);
  if (!scenario.world.isCold) world.startAgent(NO_FAULTS, "(agent starts)");
  for (const { at, text, happening } of scenario.lines) {
    world.run(at);
    const before = lines.length;
    happen(world, happening, text);
    // A line keeps its own time, also where the happening takes some (a gap).
    const shown = lines.findIndex((line, index) => index >= before && line.left === text);
    const right = text === "end" ? endOf(world) : (lines[shown]?.right ?? []);
    lines.splice(shown < 0 ? before : shown, shown < 0 ? 0 : 1, { at, left: text, right });
    world.run(at);
  }
  return lines;
}

/** A transcript ends with where everything stands. */
function endOf(world: World): readonly string[] {
  if (world.state === null) return ["no agent runs"];
  return renderState(world.model, world.state, world.power.bootedAt);
}

/** Lets one thing happen in the world; `text` is the cause the policy's answer is shown with. */
export function happen(world: World, happening: Happening, text: string): void {
  switch (happening.kind) {
    case "answer":
      if (!happening.isAtOnce) return world.answers.tell(happening.monitor, happening.answer);
      return world.probes.tell(happening.monitor, happening.answer, text);
    case "behave":
      return world.trees.behave(happening.operation, happening.name, happening.behaviour);
    case "needs":
      return world.answers.needs(happening.resource, happening.warmUpMs);
    case "ended":
      // What does not run cannot end: a random history may ask for it.
      world.killResource(happening.resource, happening.how, text);
      return;
    case "outside":
      world.trees.outside(happening.resource, happening.isStopped, world.now);
      return world.feed(
        { type: "stoppedOutside", resource: happening.resource, isStopped: happening.isStopped },
        text,
      );
    case "restarted-outside":
      return world.feed(
        { type: "restartedOutside", resource: happening.resource, count: happening.count },
        text,
      );
    case "command":
      return world.feed({ type: "command", command: happening.command, by: happening.by }, text);
    case "gap":
      return world.gap(happening.lostMs, text);
    case "agent-starts":
      return world.startAgent(happening.faults, text);
    case "agent-restarts":
      return world.restartAgent(happening.awayMs, happening.faults, "(agent is back)");
    case "boot":
      return world.power.reboot(happening.how, happening.faults);
    case "config":
      return world.configure(createModel(happening.spec), happening.changed, text);
    case "window":
      return world.window(happening.window, happening.forMs, text);
    case "package-work":
      return world.feed({ type: "packageWork", isHeld: happening.isHeld }, text);
    case "saves":
      return world.memory.setSaves(happening.fault, happening.takesMs);
    case "left":
      return world.trees.outside(happening.resource, false, world.now);
    case "stale":
      return world.feed(
        { type: "actionFinished", op: "o0", result: "failed", reason: "long ago" },
        text,
      );
    case "shutdown":
      return world.feed({ type: happening.isOver ? "shutdownEnded" : "shutdownBegan" }, text);
    case "wall":
      return world.jumpWall(happening.jumpMs);
    case "nothing":
      return;
  }
}

function trimEnd(head: readonly string[]): readonly string[] {
  const kept = [...head];
  while (kept.at(-1) === "") kept.pop();
  return kept;
}

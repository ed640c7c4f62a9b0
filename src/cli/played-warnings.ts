import type { Diagnostic } from "../config/diagnostic.ts";
import type { LoadedConfig } from "../config/loaded-config.ts";
import { type LateFinding, placeFindings } from "../config/place-findings.ts";
import { createModel } from "../core/model.ts";
import { type Doubt, findDoubts } from "../simulate/doubts.ts";

/** The warnings of a valid configuration, with those that only playing it shows. */
export interface PlayedWarnings {
  readonly warnings: readonly Diagnostic[];
  /** Plans that would take too long to be played to their end; usually none. */
  readonly unplayed: number;
}

/** Plays each distinct plan of a configuration, and tells what loops or never acts. */
export function playedWarnings(
  config: LoadedConfig,
  warnings: readonly Diagnostic[],
): PlayedWarnings {
  const { list, plans, played } = findDoubts(createModel(config.model));
  const findings = list.map((doubt) => placed(config, doubt));
  return {
    warnings: placeFindings(config, warnings, distinct(findings)),
    unplayed: plans - played,
  };
}

function placed(config: LoadedConfig, { monitor, key, code, what, hint }: Doubt): LateFinding {
  // What nobody wrote has no line: its plan is made of defaults, so the pace of reboots is the cause.
  if (config.monitors.get(monitor)?.isImplicit !== false) {
    return { path: ["reboots", "escalate-after"], code, what, hint };
  }
  const below = key === "recovery" ? [] : [key];
  return { path: ["monitors", monitor, "recovery", ...below], code, what, hint };
}

/** One of each kind at each place: a cause outside a monitor would be told for every one of them. */
function distinct(findings: readonly LateFinding[]): readonly LateFinding[] {
  const seen = new Map(
    findings.toReversed().map((one) => [`${one.path.join(".")} ${one.code}`, one]),
  );
  return [...seen.values()];
}

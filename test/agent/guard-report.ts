import type { GuardReport } from "../../src/base/guard-report.ts";

/** The report of a guard of which there is nothing to say, with what this test is about. */
export function guardReport(change: Partial<GuardReport> & Pick<GuardReport, "at">): GuardReport {
  return {
    v: 1,
    pid: 20,
    startTime: 200,
    phase: "guarding",
    device: null,
    deviceFault: null,
    fedAt: null,
    proofAt: change.at,
    slowest: null,
    noProof: null,
    beatAt: null,
    left: [],
    orderId: null,
    refusal: null,
    agentKills: 0,
    proverKills: 0,
    isAgentLost: false,
    slowedUntil: null,
    dropped: 0,
    hardeningFault: null,
    ...change,
  };
}

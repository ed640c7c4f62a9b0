import assert from "node:assert/strict";
import type { Fault } from "../../src/base/result.ts";
import type { MonitorType, Probe, ProbeResult } from "../../src/monitors/define.ts";
import type { Host, ProcessFacts } from "../../src/ports/host.ts";

/** A host that answers nothing but what a test gives it. */
export function fakeHost(answers: Partial<Host>): Host {
  const none = (name: string) => (): never => {
    throw new Error(`the test did not expect ${name}`);
  };
  return {
    findProcesses: none("findProcesses"),
    readProcess: none("readProcess"),
    readFile: none("readFile"),
    http: none("http"),
    tcp: none("tcp"),
    sampleResources: none("sampleResources"),
    mountSpaces: none("mountSpaces"),
    shakeHands: none("shakeHands"),
    readCertificates: none("readCertificates"),
    echo: none("echo"),
    readLink: none("readLink"),
    linkName: none("linkName"),
    readLinkDevice: none("readLinkDevice"),
    readLinkSpeed: none("readLinkSpeed"),
    askName: none("askName"),
    probeDisk: none("probeDisk"),
    runProgram: none("runProgram"),
    unit: none("unit"),
    resourceTree: none("resourceTree"),
    monitorStatuses: none("monitorStatuses"),
    lastMessage: none("lastMessage"),
    ...answers,
  };
}

/** The probe of a monitor configured like this. */
export function probeOf(type: MonitorType, params: Readonly<Record<string, unknown>>): Probe {
  const read = type.read(params);
  assert.ok(read.ok, read.ok ? "" : JSON.stringify(read.problem));
  assert.deepEqual(read.value.complaints, []);
  return read.value.createProbe();
}

/** One run of a probe. */
export async function run(probe: Probe, answers: Partial<Host>): Promise<ProbeResult> {
  const signal = new AbortController().signal;
  return await probe({ host: fakeHost(answers), monitor: "m", timeoutMs: 10_000, signal });
}

export function facts(pid: number, more: Partial<ProcessFacts> = {}): ProcessFacts {
  const known = { pid, startTime: 100, parent: 1, session: pid, state: "S", name: "app" };
  return { ...known, command: ["/srv/app"], executable: "/srv/app", ...more };
}

export function fault(
  code: string,
  message = code,
): { readonly ok: false; readonly problem: Fault } {
  return { ok: false, problem: { code, message } };
}

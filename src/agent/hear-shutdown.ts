import type { Agent } from "./agent.ts";

/** systemd shuts the server down, keeps it for a person, or gave that up; the guard is told first. */
export function hearShutdown({ engine, guard }: Agent): (isOn: boolean, isRescue: boolean) => void {
  return (isOn, isRescue) => {
    guard.shutdown(isOn, isRescue);
    engine.submit({ type: isOn ? "shutdownBegan" : "shutdownEnded" });
  };
}

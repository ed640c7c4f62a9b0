import type { ResourceId } from "../core/model.ts";
import type { AgentDriver } from "../ports/driver.ts";
import type { Engine } from "./engine.ts";

/** What happens to resources without us becomes inputs; of one that is not configured it is dropped. */
export function hearDriver(driver: AgentDriver, engine: Engine): void {
  const isKnown = (id: string): id is ResourceId => engine.model.resources.has(id);
  driver.onEnded((resource, how) => {
    if (isKnown(resource)) engine.submit({ type: "resourceEnded", resource, how });
  });
  driver.onStoppedOutside((resource, isStopped) => {
    if (isKnown(resource)) engine.submit({ type: "stoppedOutside", resource, isStopped });
  });
  driver.onRestartedOutside((resource, count) => {
    if (isKnown(resource)) engine.submit({ type: "restartedOutside", resource, count });
  });
}

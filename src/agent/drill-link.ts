import { fail, type Result, succeed } from "../base/result.ts";
import { type FaultParts, type PreparedFault, runTool, setLink } from "./drill-faults.ts";

/**
 * Takes a virtual interface in a network namespace down. Its peer outside (a veth) loses its carrier
 * by that, as a NIC does whose cable is pulled. A real NIC is never touched: it has no kind.
 */
export async function prepareLink(
  parts: FaultParts,
  namespace: string,
  name: string,
): Promise<Result<PreparedFault>> {
  const words = ["-details", "-json", "link", "show", "dev", name];
  const shown = await runTool(parts, ["/usr/sbin/ip", "-n", namespace, ...words]);
  if (!shown.ok) return shown;
  const kind = /"info_kind"\s*:\s*"([\w-]+)"/.exec(shown.value)?.[1];
  if (kind === undefined) {
    const message = `${name} in ${namespace} is not a virtual interface; a real one is never taken down`;
    return fail({ code: "drill/refused", message });
  }
  return succeed({
    what: `${name} (${kind}) in the network namespace ${namespace} was taken down`,
    undo: { is: "link-up", namespace, interface: name },
    make: async () => {
      const made = await runTool(parts, setLink(namespace, name, "down"));
      return made.ok ? succeed(null) : made;
    },
    halt: async () => {},
    isGone: () => false,
  });
}

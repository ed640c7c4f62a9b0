import type { OperationRequest, ExecParams } from "../ports/driver.ts";

/** Of the agent's own environment only what says where and in which language programs live. */
const INHERITED = ["PATH", "LANG", "LC_ALL", "TZ", "TMPDIR"];
/** Who it runs as; for another account the spawner fills them in. */
const OF_ACCOUNT = ["HOME", "USER", "LOGNAME", "SHELL"];
export const DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/**
 * What a program of a resource finds in its environment, as `NAME=value`: why and where it is called
 * (product.md G2), then what is configured for it, then the mark of its tree.
 *
 * On one server the home server is always this one and the disks are always there; scripts find the
 * same names with other values on a cluster.
 */
export function scriptEnvironment(
  params: ExecParams,
  request: OperationRequest,
  server: string,
  mark: string,
): string[] {
  const variables = new Map<string, string>([["PATH", DEFAULT_PATH]]);
  const inherited = params.user === null ? [...INHERITED, ...OF_ACCOUNT] : INHERITED;
  for (const name of inherited) {
    const value = process.env[name];
    if (value !== undefined) variables.set(name, value);
  }
  for (const [name, value] of occasion(params, request, server)) variables.set(name, value);
  for (const [name, value] of Object.entries(params.environment)) variables.set(name, value);
  return [...[...variables].map(([name, value]) => `${name}=${value}`), mark];
}

function occasion(
  params: ExecParams,
  request: OperationRequest,
  server: string,
): [string, string][] {
  const [group = "", name = ""] = params.id.split("/");
  const facts: [string, string][] = [
    ["SOLOSAFE_EVENT", request.event],
    ["SOLOSAFE_ATTEMPT", `${request.attempt}`],
    ["SOLOSAFE_GROUP", group],
    ["SOLOSAFE_RESOURCE_NAME", name],
    // A reason is free text; a zero byte would end it for the kernel.
    ["SOLOSAFE_REASON", request.reason.replaceAll("\0", " ")],
    ["SOLOSAFE_SERVER", "HOME"],
    ["SOLOSAFE_HOME_SERVER", server],
    ["SOLOSAFE_OTHER_SERVER", ""],
    ["SOLOSAFE_DISK", "SUCCESS"],
  ];
  if (!params.hasAliases) return facts;
  return [
    ...facts,
    ["CLP_EVENT", request.event],
    ["CLP_SERVER", "HOME"],
    ["CLP_DISK", "SUCCESS"],
    ["CLP_RESOURCENAME", name],
    ["CLP_GROUPNAME", group],
    ["CLP_PRIORITY", "1"],
  ];
}

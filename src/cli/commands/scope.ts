import type { Result } from "../../base/result.ts";
import { fail, succeed } from "../../base/result.ts";
import { didYouMean } from "../../config/suggest.ts";
import { usageFault } from "../command.ts";
import { type Context, refuse, refuseCall } from "../context.ts";

/**
 * What a person means by the name of something to suspend: everything, a group or a monitor. Tells
 * what is wrong itself; the problem is the exit code.
 */
export async function findScope(
  context: Context,
  name: string | undefined,
): Promise<Result<string, number>> {
  if (name === undefined || name === "all") return succeed("all");
  if (/^(?:monitor|group):/.test(name)) return succeed(name);
  const status = await context.client.call("status", {});
  if (!status.ok) return fail(refuseCall(context, status.problem));
  const groups = status.value.groups.map((one) => one.name);
  const monitors = status.value.monitors.map((one) => one.name);
  if (groups.includes(name) && monitors.includes(name)) {
    const hint = `Say \`group:${name}\` or \`monitor:${name}\`.`;
    return fail(refuse(context, 2, usageFault(`\`${name}\` is a group and a monitor`, hint)));
  }
  if (groups.includes(name)) return succeed(`group:${name}`);
  if (monitors.includes(name)) return succeed(`monitor:${name}`);
  const group = name.split("/")[0] ?? "";
  const hint =
    name.includes("/") && groups.includes(group)
      ? `A resource is suspended with its group: \`${group}\`.`
      : didYouMean(name, [...groups, ...monitors]);
  return fail(refuse(context, 2, usageFault(`there is no group or monitor \`${name}\``, hint)));
}

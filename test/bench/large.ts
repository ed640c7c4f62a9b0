/** Sizes that the product promises to carry (issue: 200 groups, 1000 resources, 1000 monitors). */
export const LARGE = { groups: 200, resourcesEach: 5 } as const;

/** A configuration of the promised size: each resource has one monitor of its own. */
export function largeConfig(program: string): string {
  const groups: string[] = [];
  const monitors: string[] = [];
  for (let group = 0; group < LARGE.groups; group += 1) {
    groups.push(`  g${group}:`, "    resources:");
    for (let at = 0; at < LARGE.resourcesEach; at += 1) {
      const after = at === 0 ? "" : `, after: [r${at - 1}]`;
      groups.push(
        `      r${at}: { type: exec, start: [${JSON.stringify(program)}, sleep]${after} }`,
      );
      monitors.push(`  m${group}-${at}: { type: process, resource: g${group}/r${at} }`);
    }
  }
  return `version: 1\ngroups:\n${groups.join("\n")}\nmonitors:\n${monitors.join("\n")}\n`;
}

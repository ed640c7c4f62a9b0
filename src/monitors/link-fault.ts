import type { LinkFacts, LinkHost } from "../ports/link.ts";

/** Why nothing can be sent through an interface; null when something can. */
export function whyUnusable(host: LinkHost, facts: LinkFacts, shown: string): string | null {
  const { isUp, state } = facts;
  if (!isUp || state === "lowerlayerdown") {
    const below = facts.lowers.find((lower) => isDown(host, lower));
    if (below !== undefined) return `${shown} is down because \`${below}\` below it is down`;
  }
  if (!isUp) return `${shown} is administratively down`;
  switch (state) {
    case "up":
    case "unknown":
      return null;
    case "down":
      return `${shown} has no carrier`;
    case "lowerlayerdown":
      return `${shown} has no carrier: the interface at its other end is down`;
    case "dormant":
      return `${shown} is dormant: it waits for a sign-in (802.1X, Wi-Fi) or a partner`;
    case "testing":
      return `${shown} is being tested by its driver`;
    case "notpresent":
      return `the hardware of ${shown} is not present`;
  }
}

function isDown(host: LinkHost, name: string): boolean {
  const read = host.readLink(name);
  if (!read.ok || read.value === null) return read.ok;
  return !read.value.isUp || (read.value.state !== "up" && read.value.state !== "unknown");
}

import type { Notice } from "../../src/base/destination.ts";

/** An incident that has ended, as a destination is told of it. */
export function notice(more: Partial<Notice> = {}): Notice {
  return {
    number: 17,
    wall: Date.UTC(2027, 0, 15, 8, 30, 5, 250),
    server: "shop1",
    title: "Shop, Osaka",
    module: "incident",
    id: "incident-ended",
    severity: "error",
    message: "Incident 20270115-1 of group `shop` has ended: cured.",
    whatToDo: "Nothing.",
    incident: "20270115-1",
    fields: { scope: "group shop", verdict: "cured", lasted: 3000, steps: 1 },
    openIncidents: 0,
    more: 0,
    isTest: false,
    ...more,
  };
}

/** What somebody puts into a message who means harm: controls, colours, markup, calls of people. */
export const HOSTILE =
  '\u001b[31mred\u001b[0m \u0007\u202Eturned\u202C <script>alert(1)</script> <!channel> <@U1> <users/all> @everyone @channel [a](http://evil) *b* `c` ]] "q" \\ =x\n<13>Jan 1 forged: line\r\nPRIORITY=0\0end';

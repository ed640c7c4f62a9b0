/** How much an event asks for attention, weakest first. */
export const SEVERITIES = ["info", "notice", "warning", "error", "critical"] as const;
export type Severity = (typeof SEVERITIES)[number];

import type { Notice } from "../base/destination.ts";

/** A notice as programs read it, the same wherever it is JSON. */
export function noticeJson(notice: Notice): Readonly<Record<string, unknown>> {
  const { number, wall, title, isTest, more, openIncidents, ...rest } = notice;
  return {
    version: 1,
    number,
    time: new Date(wall).toISOString(),
    ...rest,
    title: title === "" ? notice.server : title,
    openIncidents,
    more,
    test: isTest,
  };
}

/** What people call the server. */
export function serverOf({ server, title }: Notice): string {
  return title === "" || title === server ? server : `${title} (${server})`;
}

import type { Alert } from "../events/alert.ts";

const COLUMNS = "received,time,server,module,event,severity,message,incident";

/** Rows of a spreadsheet (RFC 4180), with a head. */
export function alertsAsCsv(alerts: readonly Alert[]): string {
  return [COLUMNS, ...alerts.map(row)].join("\r\n");
}

function row(alert: Alert): string {
  const { receivedWall, wall, server, module, id, severity, message, incident } = alert;
  const times = [receivedWall, wall].map((at) => new Date(at).toISOString());
  return [...times, server, module, id, severity, message, incident ?? ""].map(cell).join(",");
}

/** Messages hold what programs said: a spreadsheet must not take it for a formula. */
function cell(text: string): string {
  const plain = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}

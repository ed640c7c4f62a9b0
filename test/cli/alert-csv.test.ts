import assert from "node:assert/strict";
import { test } from "node:test";
import { alertsAsCsv } from "../../src/cli/alert-csv.ts";
import type { Alert } from "../../src/events/alert.ts";

const ALERT: Alert = {
  seq: 1,
  receivedWall: 1000,
  wall: 0,
  server: "shop",
  module: "monitor",
  id: "monitor-failed",
  severity: "error",
  message: "plain",
  incident: null,
};

for (const [message, cell] of [
  ["plain", "plain"],
  ["one, two", '"one, two"'],
  ['he said "no"', '"he said ""no"""'],
  ["two\nlines", '"two\nlines"'],
  ["=1+1", "'=1+1"],
  ["@SUM(A1), twice", '"\'@SUM(A1), twice"'],
] as const) {
  test(`a cell with ${JSON.stringify(message)}`, () => {
    const [head, row] = alertsAsCsv([{ ...ALERT, message }]).split("\r\n");
    assert.equal(head, "received,time,server,module,event,severity,message,incident");
    const times = "1970-01-01T00:00:01.000Z,1970-01-01T00:00:00.000Z";
    assert.equal(row, `${times},shop,monitor,monitor-failed,error,${cell},`);
  });
}

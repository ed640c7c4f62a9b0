import type { Delivered, Dispatch, SenderPlaces } from "../base/destination.ts";
import type { Millis } from "../base/duration.ts";

/**
 * Sends one dispatch; what takes longer than `timeoutMs` is a failure. Never rejects for what others
 * do. Only the way that is needed is loaded.
 */
export async function deliver(
  dispatch: Dispatch,
  timeoutMs: Millis,
  places: SenderPlaces,
): Promise<Delivered> {
  switch (dispatch.kind) {
    case "http": {
      const { deliverHttp } = await import("./deliver-http.ts");
      return await deliverHttp(dispatch, timeoutMs);
    }
    case "bytes": {
      const { deliverBytes } = await import("./deliver-bytes.ts");
      return await deliverBytes(dispatch, timeoutMs);
    }
    case "journal": {
      const { deliverJournal } = await import("./deliver-journal.ts");
      return await deliverJournal(dispatch, timeoutMs);
    }
    case "program": {
      const { deliverProgram } = await import("./deliver-program.ts");
      return await deliverProgram(dispatch, timeoutMs);
    }
    case "snmp": {
      const { deliverSnmp } = await import("./deliver-snmp.ts");
      return await deliverSnmp(dispatch, timeoutMs, places);
    }
  }
}

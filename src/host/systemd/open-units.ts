import { Bus } from "./bus.ts";
import { socketOfAddress } from "./bus-address.ts";
import { Units } from "./units.ts";

/** The units of this server, on the system bus that the environment names; opened when one is wanted. */
export function openUnits(): Units {
  return new Units(new Bus(socketOfAddress(process.env["DBUS_SYSTEM_BUS_ADDRESS"])));
}

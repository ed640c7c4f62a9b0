/** Where the system bus listens when the environment does not say so (D-Bus specification). */
const DEFAULT_SOCKET = "/run/dbus/system_bus_socket";

/**
 * The unix socket of a D-Bus address, as `net.connect` takes it (an abstract one begins with NUL);
 * the system bus's own place for no address; null when it names none, because no program is started
 * and no network is used for a bus.
 */
export function socketOfAddress(address: string | undefined): string | null {
  if (address === undefined || address === "") return DEFAULT_SOCKET;
  for (const one of address.split(";")) {
    const [family, keys = ""] = one.split(/:(.*)/s);
    if (family !== "unix") continue;
    for (const pair of keys.split(",")) {
      const [key, value = ""] = pair.split(/=(.*)/s);
      const text = unescapeValue(value);
      if (text === null || text === "") continue;
      if (key === "path") return text;
      if (key === "abstract") return `\0${text}`;
    }
  }
  return null;
}

function unescapeValue(value: string): string | null {
  try {
    return decodeURIComponent(value);
  } catch {
    return null;
  }
}

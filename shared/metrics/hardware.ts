import type { HardwareInfo } from "../protocol/system.ts";
import { withTimeout } from "../server/with-timeout.ts";

/** The library starts some twenty programs for it, each of which may hang on odd hardware. */
const LIMIT_MS = 3_000;

/**
 * What the machine is made of, by systeminformation. Takes some 400 ms and twenty child processes, so it is read once and
 * never on a sample's way. Null when the library finds nothing within three seconds.
 */
export async function readHardware(): Promise<HardwareInfo | null> {
  // Loaded on first use: only the API asks, and only when somebody looks.
  const { system, cpu } = await import("systeminformation");
  const found = Promise.all([system(), cpu()]).then(([machine, processor]) => ({
    manufacturer: known(machine.manufacturer),
    model: known(machine.model),
    virtualization: machine.virtual ? known(machine.virtualHost) || "virtual machine" : "",
    sockets: processor.processors,
    physicalCores: processor.physicalCores,
    maxSpeedGHz: processor.speedMax > 0 ? processor.speedMax : null,
  }));
  try {
    return await withTimeout(found, LIMIT_MS, () => null);
  } catch {
    return null; // a machine that does not tell is no fault of the page
  }
}

/** Boards whose maker left the field as it was delivered say so in these words. */
const placeholders =
  /^(-|default string|not specified|none|unknown|to be filled by o\.e\.m\.|system manufacturer|system product name)$/i;

const known = (text = ""): string => {
  const plain = text.replace(/\p{Cc}/gu, " ").trim();
  return placeholders.test(plain) ? "" : plain.slice(0, 100);
};

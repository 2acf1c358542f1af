import type { HardwareInfo } from "../protocol/system.ts";

/**
 * Reads the hardware of the machine with systeminformation; null if that fails. It takes about 400 ms and twenty child
 * processes, so it runs once and never as part of a sample.
 */
export async function readHardware(): Promise<HardwareInfo | null> {
  // Loaded on first use: only the System page needs it.
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
    return await found;
  } catch {
    return null; // the page works without it
  }
}

/** Values of boards whose maker did not fill in the field. */
const placeholders =
  /^(-|default string|not specified|none|unknown|to be filled by o\.e\.m\.|system manufacturer|system product name)$/i;

const known = (text = ""): string => {
  const plain = text.replace(/\p{Cc}/gu, " ").trim();
  return placeholders.test(plain) ? "" : plain.slice(0, 100);
};

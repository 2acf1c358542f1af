import { isIP } from "node:net";
import type { ChannelSettings } from "../../../shared/protocol/alert.ts";
import type { AddressRules } from "../../outbound/address-rules.ts";

/** Rejects a target that sending would reject: a private address. @throws AppError as `AddressRules.check` does. */
export function checkTarget(settings: ChannelSettings, rules: AddressRules): void {
  if (settings.type === "webhook" && settings.url !== null) rules.check(settings.url);
  if (settings.type === "ntfy") rules.check(settings.server);
  if (settings.type === "email") {
    const { host, port } = settings;
    // Parsing it as a URL normalizes short spellings of an address, such as `127.1` and `0x7f.1`.
    rules.check(`http://${isIP(host) === 6 ? `[${host}]` : host}:${port}/`);
  }
}

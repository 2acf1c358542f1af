import { isIP } from "node:net";
import type { ChannelSettings } from "../../../shared/protocol/alert.ts";
import type { AddressRules } from "../../outbound/address-rules.ts";

/** Refuses at once what sending would refuse: an address of an inner network that is written out. Throws as `AddressRules.check`. */
export function checkTarget(settings: ChannelSettings, rules: AddressRules): void {
  if (settings.type === "webhook" && settings.url !== null) rules.check(settings.url);
  if (settings.type === "ntfy") rules.check(settings.server);
  if (settings.type === "email") {
    const { host, port } = settings;
    // Written as a URL only to have the short and odd spellings of an address (`127.1`, `0x7f.1`) read as what they are.
    rules.check(`http://${isIP(host) === 6 ? `[${host}]` : host}:${port}/`);
  }
}

import type { CommandAction } from "../../shell/commands.ts";
import { logsHref } from "./log-address.ts";

/**
 * Opens the merged log of several containers and processes, for the palette.
 * @param name Name of a container, or id of a deployment.
 */
export const togetherLog = (
  kind: "container" | "process",
  name: string,
  open: (href: string) => void,
): NonNullable<CommandAction["together"]> => ({
  value: `${kind}:${name}`,
  run(values) {
    const of = (wanted: string) =>
      values.filter((value) => value.startsWith(`${wanted}:`)).map((value) => value.slice(wanted.length + 1));
    open(logsHref({ containers: of("container"), processes: of("process") }, "merged"));
  },
});

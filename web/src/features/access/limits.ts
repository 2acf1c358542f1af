import type { Limits } from "../../../../shared/protocol/access.ts";

/** Names from a text field: one a line or between commas. */
export const toNames = (text: string): string[] => [
  ...new Set(
    text
      .split(/[\n,]/)
      .map((name) => name.trim())
      .filter((name) => name !== ""),
  ),
];

/** Limits as they are typed: one name a line. Null: all of them. */
export interface LimitsDraft {
  services: string | null;
  deployments: string | null;
}

export const toDraft = (limits: Limits): LimitsDraft => ({
  services: limits.services?.join("\n") ?? null,
  deployments: limits.deployments?.join("\n") ?? null,
});

export const toLimits = (draft: LimitsDraft): Limits => ({
  services: draft.services === null ? null : toNames(draft.services),
  deployments: draft.deployments === null ? null : toNames(draft.deployments),
});

/** Limits in a few words. */
export function describeLimits({ services, deployments }: Limits): string {
  if (services === null && deployments === null) return "Everything";
  const part = (names: string[] | null, noun: string) =>
    names === null ? `all ${noun}s` : names.length === 1 ? `${noun} ${names[0]}` : `${names.length} ${noun}s`;
  return `${part(services, "service")}, ${part(deployments, "deployment")}`;
}

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

/** `null`: all of them. */
export interface LimitsDraft {
  limited: boolean;
  services: string;
  deployments: string;
}

export const toDraft = (limits: Limits): LimitsDraft => ({
  limited: limits.services !== null || limits.deployments !== null,
  services: (limits.services ?? []).join("\n"),
  deployments: (limits.deployments ?? []).join("\n"),
});

export const toLimits = (draft: LimitsDraft): Limits =>
  draft.limited
    ? { services: toNames(draft.services), deployments: toNames(draft.deployments) }
    : { services: null, deployments: null };

/** Limits in a few words. */
export function describeLimits({ services, deployments }: Limits): string {
  if (services === null && deployments === null) return "Everything";
  const part = (names: string[] | null, noun: string) =>
    names === null ? `all ${noun}s` : names.length === 1 ? `${noun} ${names[0]}` : `${names.length} ${noun}s`;
  return `${part(services, "service")}, ${part(deployments, "deployment")}`;
}

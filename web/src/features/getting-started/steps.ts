import type { Step, StepId } from "../../../../shared/protocol/getting-started.ts";
import { api } from "../../lib/api.ts";
import { queryKeys } from "../../lib/queries.ts";
import { useSession } from "../../lib/session.ts";
import { useQuery } from "../../lib/use-query.ts";
import { mayOpen } from "../../shell/navigation.tsx";
import type { Tone } from "../../ui/Badge.tsx";

/** Time between two checks while the list is open, in milliseconds. */
const CHECK_INTERVAL_MS = 5_000;

/** The page on which a step is done, or its result is seen. */
export const stepHrefs: Partial<Record<StepId, string>> = {
  docker: "/services",
  compose: "/stacks",
  pm2: "/deployments",
  "second-factor": "/account",
  alerts: "/alerts?tab=channels",
  files: "/files",
  mcp: "/settings/mcp",
};

export const stepTones: Record<Step["state"], Tone> = {
  done: "ok",
  todo: "warn",
  optional: "neutral",
  unknown: "info",
};

/** Whether an account sees the first steps: they are about the host, and about who administers it. */
export function useMaySetUp(): () => boolean {
  const session = useSession();
  return () => mayOpen(session, { needs: "access:manage", whole: true });
}

/** The first steps. `live`: checked again while they are shown. */
export function useGettingStarted(live: boolean) {
  const may = useMaySetUp();
  return useQuery(() => ({
    queryKey: queryKeys.gettingStarted,
    queryFn: () => api.gettingStarted.read(),
    enabled: may(),
    refetchInterval: live ? CHECK_INTERVAL_MS : false,
  }));
}

/** Steps that are done, of those that count: an optional part that is not there is not missed. */
export const progressOf = (steps: readonly Step[]) => {
  const counted = steps.filter(({ state }) => state !== "optional");
  return { done: counted.filter(({ state }) => state === "done").length, all: counted.length };
};

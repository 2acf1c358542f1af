import { type RouteDefinition, Router } from "@solidjs/router";
import { type QueryClient, QueryClientProvider } from "@tanstack/solid-query";
import { type JSX, onCleanup } from "solid-js";
import { toValidPath } from "../lib/addresses.ts";
import type { JobBoard } from "../lib/jobs/job-board.ts";
import { JobsProvider } from "../lib/jobs/jobs.ts";
import { type Live, LiveProvider } from "../lib/live-context.ts";
import { useSession } from "../lib/session.ts";
import { basePath } from "../lib/urls.ts";
import { ConfirmHost } from "../ui/confirm.tsx";
import { RowMenuHost } from "../ui/RowMenuHost.tsx";
import { TooltipHost } from "../ui/TooltipHost.tsx";
import { ToastHost } from "../ui/toast.tsx";
import { Shell, type ShellParts } from "./Shell.tsx";

/** What the app works with while one account is signed in. */
export interface DeskDeps {
  live: Live;
  jobs: JobBoard;
  queryClient: QueryClient;
}

export interface DeskProps {
  deps: DeskDeps;
  routes: RouteDefinition[];
  parts: ShellParts;
  /** Hosts of dialogs that any page may open. */
  children: JSX.Element;
}

/** The router throws at a path or fragment that cannot be decoded, and no page would be shown. */
function repairAddress(): void {
  const { pathname, search, hash } = window.location;
  const valid = `${toValidPath(pathname)}${search}${toValidPath(hash)}`;
  if (valid !== `${pathname}${search}${hash}`) history.replaceState(history.state, "", valid);
}

/** Router, queries, live streams and frame of the signed-in app. Signing out disconnects and empties the cache. */
export function Desk(props: DeskProps) {
  const session = useSession();
  const { live, jobs, queryClient } = props.deps;
  repairAddress();
  live.whenRefused(() => void session.recheck());
  onCleanup(() => {
    // The next account in this tab must not see data of the previous one.
    live.disconnect();
    queryClient.clear();
  });
  return (
    <QueryClientProvider client={queryClient}>
      <LiveProvider value={live}>
        <JobsProvider value={jobs}>
          <Router root={(section) => <Shell {...section} parts={props.parts} />} base={basePath()}>
            {props.routes}
          </Router>
          <ConfirmHost />
          {props.children}
          <ToastHost />
          <RowMenuHost />
          <TooltipHost />
        </JobsProvider>
      </LiveProvider>
    </QueryClientProvider>
  );
}

import { type RouteDefinition, Router } from "@solidjs/router";
import { QueryClientProvider } from "@tanstack/solid-query";
import { type JSX, onCleanup } from "solid-js";
import { queryClient } from "../lib/queries.ts";
import { session } from "../lib/session.ts";
import { basePath } from "../lib/urls.ts";
import { disconnect, whenRefused } from "../lib/ws-client.ts";
import { ConfirmHost } from "../ui/confirm.tsx";
import { ToastHost } from "../ui/toast.tsx";
import { Shell, type ShellParts } from "./Shell.tsx";

export interface DeskProps {
  routes: RouteDefinition[];
  parts: ShellParts;
  /** Hosts of dialogs that any page may open. */
  children: JSX.Element;
}

/** Router, queries and frame of the signed-in app; signing out clears what they hold. */
export function Desk(props: DeskProps) {
  whenRefused(() => void session.recheck());
  onCleanup(() => {
    // The next account in this tab must not see data of the previous one.
    disconnect();
    queryClient.clear();
  });
  return (
    <QueryClientProvider client={queryClient}>
      <Router root={(section) => <Shell {...section} parts={props.parts} />} base={basePath()}>
        {props.routes}
      </Router>
      <ConfirmHost />
      {props.children}
      <ToastHost />
    </QueryClientProvider>
  );
}

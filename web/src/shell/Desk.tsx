import { Router } from "@solidjs/router";
import { QueryClientProvider } from "@tanstack/solid-query";
import { onCleanup } from "solid-js";
import { StepUpHost } from "../features/access/StepUp.tsx";
import { queryClient } from "../lib/queries.ts";
import { session } from "../lib/session.ts";
import { basePath } from "../lib/urls.ts";
import { disconnect, whenRefused } from "../lib/ws-client.ts";
import { routes } from "../routes.tsx";
import { ConfirmHost } from "../ui/confirm.tsx";
import { ToastHost } from "../ui/toast.tsx";
import { Shell } from "./Shell.tsx";

/** Everything behind the log-in. */
export default function Desk() {
  whenRefused(() => void session.recheck());
  onCleanup(() => {
    // The next person at this screen starts with nothing of the one before.
    disconnect();
    queryClient.clear();
  });
  return (
    <QueryClientProvider client={queryClient}>
      <Router root={Shell} base={basePath()}>
        {routes}
      </Router>
      <ConfirmHost />
      <StepUpHost />
      <ToastHost />
    </QueryClientProvider>
  );
}

import { lazy, Match, onMount, Suspense, Switch } from "solid-js";
import { whenUnauthorized } from "./lib/api/request.ts";
import { session } from "./lib/session.ts";
import { Unreachable } from "./shell/Unreachable.tsx";

// Loaded on demand: the log-in page needs neither sockets nor lists.
const LoginPage = lazy(() => import("./features/access/login/LoginPage.tsx"));
const SetupPage = lazy(() => import("./features/access/login/SetupPage.tsx"));
const SignedInApp = lazy(() => import("./SignedInApp.tsx"));

export function App() {
  onMount(() => {
    whenUnauthorized(() => session.principal() && session.signedOut());
    void session.load();
  });
  return (
    <Suspense>
      <Switch>
        <Match when={session.state().kind === "signed-in"}>
          <SignedInApp />
        </Match>
        <Match when={session.state().kind === "signed-out"}>
          <LoginPage />
        </Match>
        <Match when={session.state().kind === "setup"}>
          <SetupPage />
        </Match>
        <Match when={session.state().kind === "unreachable"}>
          <Unreachable onRetry={() => void session.load()} />
        </Match>
      </Switch>
    </Suspense>
  );
}

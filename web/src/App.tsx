import { type Component, ErrorBoundary, Match, onMount, Suspense, Switch } from "solid-js";
import { whenUnauthorized } from "./lib/api/request.ts";
import { lazy } from "./lib/load-part.ts";
import { type Session, SessionProvider } from "./lib/session.ts";
import { Unreachable } from "./shell/Unreachable.tsx";
import { Waiting } from "./shell/Waiting.tsx";

// Loaded on demand: the sign-in page needs neither sockets nor lists.
const LoginPage = lazy(() => import("./features/access/login/LoginPage.tsx"));
const SetupPage = lazy(() => import("./features/access/login/SetupPage.tsx"));

export interface AppProps {
  session: Session;
  /** The app of an account that is signed in. */
  SignedIn: Component;
}

/** The page by the state of its session: set-up, sign-in, or the app. */
export function App(props: AppProps) {
  const { session } = props;
  onMount(() => {
    whenUnauthorized(() => session.principal() && session.signedOut());
    void session.load();
  });
  return (
    <SessionProvider value={session}>
      <ErrorBoundary fallback={(error) => <Unreachable error={error} onRetry={() => window.location.reload()} />}>
        <Suspense>
          <Switch>
            <Match when={session.state().kind === "loading"}>
              <Waiting />
            </Match>
            <Match when={session.state().kind === "signed-in"}>
              <props.SignedIn />
            </Match>
            <Match when={session.state().kind === "signed-out"}>
              <LoginPage />
            </Match>
            <Match when={session.state().kind === "setup"}>
              <SetupPage />
            </Match>
            <Match when={session.failure()}>
              {(failure) => <Unreachable error={failure().error} onRetry={() => void session.load()} />}
            </Match>
          </Switch>
        </Suspense>
      </ErrorBoundary>
    </SessionProvider>
  );
}

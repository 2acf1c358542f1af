import { type Component, ErrorBoundary, lazy, Match, onMount, Suspense, Switch } from "solid-js";
import { whenUnauthorized } from "./lib/api/request.ts";
import { type Session, SessionProvider } from "./lib/session.ts";
import { Unreachable } from "./shell/Unreachable.tsx";
import { Waiting } from "./shell/Waiting.tsx";
import { ErrorState } from "./ui/Notice.tsx";

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
      <ErrorBoundary fallback={(error, reset) => <Failed error={error} onRetry={reset} />}>
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

/** In place of the whole app: not even its first part could be shown. */
const Failed = (props: { error: unknown; onRetry: () => void }) => (
  <main class="gate">
    <div class="gate-panel">
      <ErrorState error={props.error} onRetry={props.onRetry} />
    </div>
  </main>
);

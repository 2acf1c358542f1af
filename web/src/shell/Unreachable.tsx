import { ApiFailure, isRefusal, toMessage } from "../lib/api/failure.ts";
import { Button } from "../ui/Button.tsx";
import { connectionMessages } from "./messages.ts";
import "./gate.css";

/** In place of the app while its API cannot be reached, refuses even to say who is signed in, or a part of it is missing. */
export function Unreachable(props: { error: unknown; onRetry: () => void }) {
  const title = () => {
    if (!(props.error instanceof ApiFailure)) return connectionMessages.notLoaded;
    return isRefusal(props.error) ? connectionMessages.refused : connectionMessages.unreachable;
  };
  const isReached = () => !(props.error instanceof ApiFailure && props.error.code === "unreachable");
  return (
    <main class="gate">
      <div class="gate-panel" role="alert">
        <h1>{title()}</h1>
        <p class="muted">{isReached() ? toMessage(props.error) : connectionMessages.unreachableHint}</p>
        <Button variant="primary" onClick={() => props.onRetry()}>
          {connectionMessages.tryAgain}
        </Button>
      </div>
    </main>
  );
}

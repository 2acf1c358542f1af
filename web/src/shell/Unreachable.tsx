import { ApiFailure, isRefusal, toMessage } from "../lib/api/failure.ts";
import { Button } from "../ui/Button.tsx";
import { connectionMessages } from "./messages.ts";
import "./gate.css";

/** In place of the app while its API cannot be reached, or refuses even to say who is signed in. */
export function Unreachable(props: { error: unknown; onRetry: () => void }) {
  const isReached = () => props.error instanceof ApiFailure && props.error.code !== "unreachable";
  return (
    <main class="gate">
      <div class="gate-panel" role="alert">
        <h1>{isRefusal(props.error) ? connectionMessages.refused : connectionMessages.unreachable}</h1>
        <p class="muted">{isReached() ? toMessage(props.error) : connectionMessages.unreachableHint}</p>
        <Button variant="primary" onClick={() => props.onRetry()}>
          {connectionMessages.tryAgain}
        </Button>
      </div>
    </main>
  );
}

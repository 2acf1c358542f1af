import { Button } from "../ui/Button.tsx";
import { connectionMessages } from "./messages.ts";

/** In place of the app while its API cannot be reached. */
export function Unreachable(props: { onRetry: () => void }) {
  return (
    <main class="gate">
      <div class="gate-panel" role="alert">
        <h1>{connectionMessages.unreachable}</h1>
        <p class="muted">{connectionMessages.unreachableHint}</p>
        <Button variant="primary" onClick={() => props.onRetry()}>
          {connectionMessages.tryAgain}
        </Button>
      </div>
    </main>
  );
}

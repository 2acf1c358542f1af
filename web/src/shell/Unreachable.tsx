import { Button } from "../ui/Button.tsx";

export function Unreachable(props: { onRetry: () => void }) {
  return (
    <main class="gate">
      <div class="gate-panel" role="alert">
        <h1>The server does not answer</h1>
        <p class="muted">The page is here, but its API cannot be reached. It may be starting, or stopped.</p>
        <Button variant="primary" onClick={() => props.onRetry()}>
          Try again
        </Button>
      </div>
    </main>
  );
}

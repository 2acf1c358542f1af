import { ErrorBoundary, type JSX, Suspense } from "solid-js";
import { isPartFailure } from "../lib/part-failure.ts";
import { partMessages } from "./part-messages.ts";
import { toast } from "./toast.tsx";

/** A dialog or panel whose code is loaded on demand. When that fails it closes, and the page below it stays as it is. */
export function OnDemand(props: { children: JSX.Element; onClose: () => void }) {
  const fail = (error: unknown) => {
    if (!isPartFailure(error)) reportError(error);
    queueMicrotask(() => {
      props.onClose();
      toast.error(isPartFailure(error) ? `${partMessages.failed} ${partMessages.panelHint}` : error);
    });
    return null;
  };
  return (
    <ErrorBoundary fallback={fail}>
      <Suspense>{props.children}</Suspense>
    </ErrorBoundary>
  );
}

import { type ConfirmOptions, confirm } from "../ui/confirm.tsx";
import { toast } from "../ui/toast.tsx";

export interface ConfirmedAction extends ConfirmOptions {
  send: () => Promise<unknown>;
  /** Message after a successful request; without it there is none. */
  done?: string;
  /** Refreshes the lists that the request changes. Runs after a failure too: a part of it may have been done. */
  refetch?: () => Promise<unknown>;
}

/**
 * Asks, then sends a request and reports its failure as a toast. Resolves with true if it succeeded, and with false if
 * it was cancelled or failed. Never rejects because of `send`.
 */
export async function confirmAction({ send, done, refetch, ...question }: ConfirmedAction): Promise<boolean> {
  if (!(await confirm(question))) return false;
  return sendAction({ send, done, refetch });
}

/** The same without a question. */
export async function sendAction({
  send,
  done,
  refetch,
}: Pick<ConfirmedAction, "send" | "done" | "refetch">): Promise<boolean> {
  let succeeded = true;
  try {
    await send();
    if (done !== undefined) toast.success(done);
  } catch (error) {
    succeeded = false;
    toast.error(error);
  }
  await refetch?.();
  return succeeded;
}

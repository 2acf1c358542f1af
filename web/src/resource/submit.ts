import { createSignal } from "solid-js";
import { toReport } from "../lib/api.ts";

export interface SubmitOptions<T> {
  /** Whether the form can be sent; always, if omitted. */
  ready?: () => boolean;
  send: () => Promise<T>;
  /** Refreshes the lists that the request changes. Runs after a rejection too: a part of it may have been done. */
  refetch?: () => Promise<unknown>;
  /** Dropped once the form was sent. */
  draft?: { drop: () => void };
  /** Text of a failure; null shows none, as when the user closes a prompt of the browser. The server's sentence if omitted. */
  describe?: (error: unknown) => string | null;
  /** Runs after a successful request and its refetch; closes the dialog, or opens what was created. */
  onSent?: (result: T) => void;
}

/** State of a form that is sent to the server. */
export interface Submit {
  ready: () => boolean;
  busy: () => boolean;
  /** Why the last attempt failed; null before, during and after a successful one. */
  problem: () => string | null;
  /** Sends the form. Does nothing unless it is ready and no attempt is pending. Never rejects because of `send`. */
  submit: (event?: Event) => Promise<void>;
  /** Hides the problem of the last attempt. */
  dismiss: () => void;
}

/** Sends one form: one attempt at a time, with its failure as text. */
export function createSubmit<T>(options: SubmitOptions<T>): Submit {
  const [busy, setBusy] = createSignal(false);
  const [problem, setProblem] = createSignal<string | null>(null);
  const ready = () => options.ready?.() ?? true;

  const attempt = async (): Promise<{ result: T } | undefined> => {
    try {
      return { result: await options.send() };
    } catch (error) {
      setProblem((options.describe ?? toReport)(error));
      return undefined;
    }
  };

  return {
    ready,
    busy,
    problem,
    dismiss: () => setProblem(null),
    async submit(event) {
      event?.preventDefault();
      if (busy() || !ready()) return;
      setBusy(true);
      setProblem(null);
      try {
        const sent = await attempt();
        await options.refetch?.();
        if (!sent) return;
        options.draft?.drop();
        options.onSent?.(sent.result);
      } finally {
        setBusy(false);
      }
    },
  };
}

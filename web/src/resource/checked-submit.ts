import { focusInvalid } from "../ui/index.ts";
import { createSubmit, type Submit, type SubmitOptions } from "./submit.ts";

export interface CheckedSubmitOptions<T> extends SubmitOptions<T> {
  /** Shows what is wrong with the fields. Returns whether the form can be sent. */
  check: () => boolean;
}

/** Sends one form, after a check of its fields: a form with errors is not sent, and its first one gets the focus. */
export function createCheckedSubmit<T>({ check, ...options }: CheckedSubmitOptions<T>): Submit {
  const submit = createSubmit(options);
  return {
    ...submit,
    async submit(event) {
      event?.preventDefault();
      const form = event?.currentTarget ?? null;
      if (!check()) return focusInvalid(form);
      await submit.submit(event);
    },
  };
}

import { toMessage } from "../../lib/api/failure.ts";
import { isPromptDismissed } from "../../lib/passkeys.ts";
import { accessMessages } from "./messages.ts";

/**
 * Text of a failed passkey prompt, or of the request after it; null if the user dismissed the prompt.
 *
 * @param prompt Whether the prompt was to create a passkey or to use one.
 */
export function describePasskeyFailure(error: unknown, prompt: "create" | "use"): string | null {
  const texts = accessMessages.passkeyErrors;
  if (isPromptDismissed(error)) return null;
  if (error instanceof Error && error.name === "InvalidStateError") return texts.invalidState[prompt];
  if (error instanceof Error && error.name === "SecurityError") return texts.wrongAddress;
  return toMessage(error);
}

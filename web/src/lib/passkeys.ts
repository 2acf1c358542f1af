import type {
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from "@simplewebauthn/browser";
import { loadPart } from "./load-part.ts";

/** Options from the server for `navigator.credentials.get` and `create`. */
export type RequestOptions = PublicKeyCredentialRequestOptionsJSON;
export type CreationOptions = PublicKeyCredentialCreationOptionsJSON;

/** Loaded on demand: most users have no passkey. */
const load = () => loadPart(() => import("@simplewebauthn/browser"));

/** Whether this browser supports passkeys on this page. It does not over plain http. */
export const passkeysSupported = (): boolean => typeof window.PublicKeyCredential === "function";

/** Prompts for a passkey. Rejects if the user closes the prompt: see {@link isPromptDismissed}. */
export const getPasskey = async (optionsJSON: RequestOptions) => (await load()).startAuthentication({ optionsJSON });

/** Creates a passkey on a device of the user. Rejects as {@link getPasskey} does. */
export const createPasskey = async (optionsJSON: CreationOptions) => (await load()).startRegistration({ optionsJSON });

/**
 * Offers passkeys in the browser's autofill list of the user name. Waits until the user picks one, which may be never.
 * Resolves with undefined if the browser has no such list.
 */
export async function offerPasskeys(optionsJSON: RequestOptions) {
  const { browserSupportsWebAuthnAutofill, startAuthentication } = await load();
  if (!(await browserSupportsWebAuthnAutofill())) return undefined;
  return startAuthentication({ optionsJSON, useBrowserAutofill: true });
}

/** Withdraws an offer that is still open. */
export const withdrawOffer = async (): Promise<void> => (await load()).WebAuthnAbortService.cancelCeremony();

/** Whether the user closed the prompt, let it time out, or another prompt replaced it. This is no error to show. */
export const isPromptDismissed = (error: unknown): boolean =>
  error instanceof Error && (error.name === "NotAllowedError" || error.name === "AbortError");

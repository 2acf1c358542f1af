import type {
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from "@simplewebauthn/browser";

/** What the server says `navigator.credentials.get` and `create` are to be given. */
export type RequestOptions = PublicKeyCredentialRequestOptionsJSON;
export type CreationOptions = PublicKeyCredentialCreationOptionsJSON;

/** Only loaded by who uses passkeys. */
const load = () => import("@simplewebauthn/browser");

/** Whether this browser knows passkeys at this page: it does not over plain http. */
export const passkeysSupported = (): boolean => typeof window.PublicKeyCredential === "function";

/** Asks the person for a passkey. Rejects when they step back: see {@link isStepBack}. */
export const getPasskey = async (optionsJSON: RequestOptions) => (await load()).startAuthentication({ optionsJSON });

/** Makes a passkey on a device of the person. */
export const makePasskey = async (optionsJSON: CreationOptions) => (await load()).startRegistration({ optionsJSON });

/**
 * Offers passkeys among what the browser fills into the user name. Waits until the person takes one, which may be never;
 * undefined where the browser offers none.
 */
export async function offerPasskeys(optionsJSON: RequestOptions) {
  const { browserSupportsWebAuthnAutofill, startAuthentication } = await load();
  if (!(await browserSupportsWebAuthnAutofill())) return undefined;
  return startAuthentication({ optionsJSON, useBrowserAutofill: true });
}

/** Ends an offer that is still open. */
export const withdrawOffer = async (): Promise<void> => (await load()).WebAuthnAbortService.cancelCeremony();

/** The person closed the browser's dialog, let it time out, or another one took its place: nothing went wrong. */
export const isStepBack = (error: unknown): boolean =>
  error instanceof Error && (error.name === "NotAllowedError" || error.name === "AbortError");

/** A sentence for people about what the browser said when it made a passkey, or asked for one. */
export function passkeyProblem(error: unknown, making = false): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error.name === "InvalidStateError") {
    return making
      ? "This device has a passkey for this account already."
      : "This device has no passkey for this panel. Use another one.";
  }
  if (error.name === "SecurityError") return "Passkeys of this panel do not work at this address.";
  return undefined;
}

import { createSignal, onCleanup, onMount } from "solid-js";
import type { Principal } from "../../../../../shared/protocol/access.ts";
import type { SecondFactors } from "../../../lib/api/failure.ts";
import { ApiFailure, api, toMessage } from "../../../lib/api.ts";
import { getPasskey, offerPasskeys, passkeysSupported, withdrawOffer } from "../../../lib/passkeys.ts";
import { accessMessages } from "../messages.ts";
import { describePasskeyFailure } from "../passkey-failure.ts";

const texts = accessMessages.login;

/** The challenge of an offered passkey ends after ten minutes. */
const OFFER_RENEWAL_MS = 540_000;

/**
 * State of the sign-in page: password first, then the second factor if the account has one; or a passkey alone.
 *
 * @param onSignedIn Gets the account once the server has created a session.
 */
export function createSignIn(onSignedIn: (principal: Principal) => void) {
  const [username, setUsername] = createSignal("");
  const [password, setPassword] = createSignal("");
  const [code, setCode] = createSignal("");
  /** Second factors of the account whose password was right; null in the first step. */
  const [factors, setFactors] = createSignal<SecondFactors | null>(null);
  const [busy, setBusy] = createSignal(false);
  const [problem, setProblem] = createSignal<string | null>(null);
  const credentials = () => ({ username: username().trim(), password: password() });

  const attempt = async (work: () => Promise<Principal>) => {
    const isFirstStep = factors() === null;
    setBusy(true);
    setProblem(null);
    try {
      onSignedIn(await work());
    } catch (error) {
      // A rejected second factor brings a new challenge.
      const required = error instanceof ApiFailure && error.codeRequired;
      if (required) setFactors(error.factors ?? { totp: true, passkey: null });
      if (!required || !isFirstStep) setProblem(describe(error));
    } finally {
      setBusy(false);
    }
  };

  const passkeys = createPasskeyOffer({
    isPaused: () => busy() || factors() !== null,
    signIn: (response) => attempt(() => api.session.beginWithPasskey(response)),
  });

  return {
    username,
    setUsername,
    password,
    setPassword,
    code,
    setCode,
    factors,
    busy,
    problem,
    setProblem,
    /** Whether somebody has a passkey that works in this browser. */
    hasPasskeys: passkeys.available,
    submit: async (event: Event) => {
      event.preventDefault();
      const isSecondStep = factors() !== null;
      await attempt(() => api.session.begin({ ...credentials(), code: isSecondStep ? code().trim() : undefined }));
      setCode("");
    },
    withPasskey: () =>
      attempt(async () => {
        const options = await api.session.passkeyOptions();
        if (!options) throw new Error(texts.noPasskeys);
        return api.session.beginWithPasskey(await getPasskey(options));
      }),
    withSecondPasskey: () =>
      attempt(async () => {
        const options = factors()?.passkey;
        if (!options) throw new Error(texts.noPasskeys);
        return api.session.begin({ ...credentials(), passkey: await getPasskey(options) });
      }),
    startOver: () => {
      setFactors(null);
      setPassword("");
      setProblem(null);
    },
  };
}

export type SignIn = ReturnType<typeof createSignIn>;

/** Offers passkeys in the browser's list under the user name, and renews the offer before its challenge ends. */
function createPasskeyOffer(options: {
  isPaused: () => boolean;
  signIn: (response: Awaited<ReturnType<typeof getPasskey>>) => Promise<void>;
}) {
  const [available, setAvailable] = createSignal(false);
  const offer = async () => {
    const challenge = passkeysSupported() ? await api.session.passkeyOptions() : null;
    setAvailable(challenge !== null);
    const response = challenge === null ? undefined : await offerPasskeys(challenge);
    if (response) await options.signIn(response);
  };
  // Without a response, or if the user dismisses the offer, the password remains.
  const offerQuietly = () => void offer().catch(() => {});
  onMount(offerQuietly);
  const renewal = setInterval(() => !options.isPaused() && offerQuietly(), OFFER_RENEWAL_MS);
  onCleanup(() => {
    clearInterval(renewal);
    if (available()) void withdrawOffer();
  });
  return { available };
}

/** What the user does in the second step, by the factors of the account. */
export function describeSecondStep(factors: SecondFactors | null): string {
  const hasPasskey = factors?.passkey && passkeysSupported();
  if (!factors?.totp) return hasPasskey ? texts.passkeyOrRecovery : texts.recoveryOnly;
  return hasPasskey ? texts.codeOrPasskey : texts.codeOnly;
}

function describe(error: unknown): string | null {
  if (error instanceof ApiFailure && error.code === "rate_limited" && error.retryAfter) {
    return texts.rateLimited(error.retryAfter);
  }
  return error instanceof ApiFailure ? toMessage(error) : describePasskeyFailure(error, "use");
}

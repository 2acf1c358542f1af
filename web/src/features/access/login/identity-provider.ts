import { createSignal, onMount, type Setter } from "solid-js";
import { api } from "../../../lib/api.ts";
import { accessMessages } from "../messages.ts";

const texts = accessMessages.login;

/** Single sign-on: whether it is configured, and why the last attempt through it failed. */
export function createIdentityProvider(setProblem: Setter<string | null>) {
  const [configured, setConfigured] = createSignal(false);
  const failure = takeFailure();
  if (failure !== null) setProblem(failure === "forbidden" ? texts.providerRefused : texts.providerFailed);
  onMount(() => {
    api.session.oidc().then(
      (provider) => {
        setConfigured(provider.configured);
        // The text comes from the server: an address could say anything.
        const cause = provider.problem;
        if (failure !== "upstream_unavailable" || !cause) return;
        setProblem((shown) => (shown === texts.providerFailed ? texts.providerDown(cause) : shown));
      },
      // Without a response there is no button for it.
      () => {},
    );
  });
  return { configured };
}

/** The code with which a failed single sign-on leads back to this page; null without one. */
function takeFailure(): string | null {
  const code = new URLSearchParams(window.location.search).get("error");
  if (code !== null) history.replaceState(null, "", window.location.pathname);
  return code;
}

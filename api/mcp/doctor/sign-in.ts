import { toSingleLine } from "../../../shared/logs/single-line.ts";
import type { McpSignIn } from "../../../shared/protocol/mcp-sign-in.ts";
import { AppError } from "../../../shared/server/errors.ts";
import type { AddressRules } from "../../outbound/address-rules.ts";
import { type Challenge, findAuthorizationServer, findResource, type ProtectedResource } from "../sign-in/discovery.ts";
import { loadSdk } from "../sign-in/failure.ts";
import type { ServerMetadata } from "../sign-in/store.ts";
import { createProviderFetch } from "../sign-in/token-set.ts";
import type { McpTransport } from "../store.ts";
import { messages as texts } from "./messages.ts";
import type { Diagnosis, Finding } from "./steps.ts";

export interface SignInExamination {
  transport: Extract<McpTransport, { type: "http" }>;
  /** What the server said with its refusal. */
  challenge: Challenge;
  /** The sign-in of the panel at this server. */
  signIn: McpSignIn | null;
  steps: Diagnosis;
  rules: AddressRules;
  signal: AbortSignal;
}

/** Looks at each step of a sign-in by OAuth. Changes nothing, and registers nothing. Returns whether the panel is signed in. */
export async function lookAtSignIn(examined: SignInExamination): Promise<boolean> {
  const { transport, challenge, signIn, steps, rules, signal } = examined;
  const sdk = await loadSdk();
  const fetch = createProviderFetch(rules, signal);
  let resource: ProtectedResource | undefined;
  let metadata: ServerMetadata | undefined;
  await steps.run("discovery", () =>
    tolerant(texts.notDiscoveredFix, async () => {
      resource = await findResource(sdk, new URL(transport.url), challenge, fetch);
      if (resource.guessed) return { outcome: "warning", message: texts.notDiscovered, fix: texts.notDiscoveredFix };
      const servers = resource.servers.slice(0, 5).map((server) => toSingleLine(server, 200));
      return { outcome: "ok", message: texts.discovered(servers.join(", ")) };
    }),
  );
  if (resource) {
    const issuer = resource.servers[0] ?? "";
    await steps.run("authorization-server", () =>
      tolerant(texts.serverMetadataFix, async () => {
        metadata = await findAuthorizationServer(
          sdk,
          issuer,
          fetch,
          async (address) => void (await rules.pin(address)),
        );
        return { outcome: "ok", message: texts.serverMetadata(toSingleLine(metadata.issuer, 200)) };
      }),
    );
  }
  if (metadata) {
    await steps.run("registration", () => {
      if (transport.oauth?.clientId !== undefined) return { outcome: "ok", message: texts.clientByHand };
      if (signIn?.issuer === metadata?.issuer) return { outcome: "ok", message: texts.registered };
      return metadata?.registration_endpoint === undefined
        ? { outcome: "warning", message: texts.noRegistration, fix: texts.noRegistrationFix }
        : { outcome: "ok", message: texts.registration };
    });
  }
  return steps.run("auth", () => findingOf(signIn, metadata !== undefined));
}

/** What is missing for a sign-in does not keep a token that is entered by hand from working. */
async function tolerant(fix: string, look: () => Promise<Finding>): Promise<Finding> {
  try {
    return await look();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { outcome: "warning", message: error.message, fix };
  }
}

function findingOf(signIn: McpSignIn | null, possible: boolean): Finding {
  if (signIn?.state === "signed-in") {
    return { outcome: "ok", message: texts.signedIn(signIn.user ?? "", signIn.issuer ?? "") };
  }
  if (signIn?.state === "again") {
    return { outcome: "failed", message: signIn.problem ?? texts.notSignedIn, fix: texts.signInFix };
  }
  return possible
    ? { outcome: "failed", message: texts.notSignedIn, fix: texts.signInFix }
    : { outcome: "failed", message: texts.noToken, fix: texts.noTokenFix };
}

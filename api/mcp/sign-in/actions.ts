import { may } from "../../../shared/protocol/access.ts";
import { mcpServerSchema } from "../../../shared/protocol/mcp.ts";
import { finishMcpSignIn, mcpSignInStartSchema } from "../../../shared/protocol/mcp-sign-in.ts";
import { AppError } from "../../../shared/server/errors.ts";
import { action } from "../../actions/action.ts";
import { mcpParams, registeredServer } from "../targets.ts";
import { messages } from "./messages.ts";

const manage = {
  tag: "MCP",
  mode: "respond",
  permission: "mcp:manage",
  params: mcpParams,
  target: registeredServer,
} as const;

// Step-up: from then on the server acts with the rights of that account, for everybody who may use it.
const beginSignIn = action({
  ...manage,
  name: "mcp:sign-in",
  method: "POST",
  path: "/mcp/:id/sign-in",
  title: "Begin to sign in to a server by OAuth",
  description:
    "Finds the authorization server, registers the panel there unless a client was entered by hand, and returns where to go. Needs a fresh proof: see `POST /api/session/proof`. An API key needs the scope `mcp:manage` itself.",
  stepUp: "scoped-keys",
  result: { signIn: mcpSignInStartSchema },
  apply: async (_input, { subject, deps, principal, origin }) => {
    const base = `${origin()}${deps.access.basePath}/api/mcp/oauth`;
    const begun = await deps.mcp.signIn.begin(subject.id, { principal, redirectUri: `${base}/callback` });
    return {
      signIn: {
        startUrl: `${base}/start?state=${encodeURIComponent(begun.state)}`,
        authorizationUrl: begun.authorizationUrl,
        redirectUri: begun.redirectUri,
        issuer: begun.metadata.issuer,
        expiresAt: new Date(begun.until).toISOString(),
      },
    };
  },
});

const finishSignIn = action({
  ...manage,
  name: "mcp:finish-sign-in",
  method: "POST",
  path: "/mcp/:id/sign-in/finish",
  title: "Finish a sign-in with the address that the provider sent the browser to",
  description: "For the caller who began it. A browser finishes by itself.",
  body: finishMcpSignIn,
  result: { server: mcpServerSchema },
  apply: async ({ body }, { subject, deps, principal }) => {
    const address = URL.canParse(body.address) ? new URL(body.address) : undefined;
    if (!address) throw new AppError("invalid_input", messages.noAddress);
    await deps.mcp.signIn.finish({
      query: address.searchParams,
      caller: principal,
      serverId: subject.id,
      isAllowed: (who) => {
        const now = deps.access.current(who);
        return now !== undefined && may(now, "mcp:manage");
      },
    });
    return { server: deps.mcp.get(subject.id) };
  },
});

const signOut = action({
  ...manage,
  name: "mcp:sign-out",
  method: "DELETE",
  path: "/mcp/:id/sign-in",
  title: "Stop a server and forget its sign-in",
  result: { server: mcpServerSchema },
  apply: async (_input, { subject, deps }) => ({ server: await deps.mcp.signIn.signOut(subject.id) }),
});

export const mcpSignInActions = [beginSignIn, finishSignIn, signOut] as const;

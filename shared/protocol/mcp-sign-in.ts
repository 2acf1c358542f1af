import { z } from "zod";

/** `needed`: the server answered 401; `again`: the sign-in has ended and cannot be renewed. */
export const mcpSignInStates = ["needed", "signed-in", "again"] as const;

/** The sign-in of a server at an address. Tokens and secrets are never in it. */
export const mcpSignInSchema = z.object({
  state: z.enum(mcpSignInStates),
  issuer: z.string().nullable().describe("The authorization server that the person signed in at."),
  user: z.string().nullable().describe("User of the panel who signed in."),
  signedInAt: z.iso.datetime().nullable(),
  expiresAt: z.iso.datetime().nullable().describe("End of the access token. Null: unknown."),
  renews: z.boolean().describe("The access token is renewed without a person."),
  scope: z.string().nullable().describe("What the access token allows, as the authorization server names it."),
  problem: z.string().nullable().describe("Why a person has to sign in again."),
});
export type McpSignIn = z.infer<typeof mcpSignInSchema>;

const clientText = z
  .string()
  .trim()
  .min(1)
  .max(2_048)
  .regex(/^[\x20-\x7e]+$/, "must be one line of ASCII characters");

/** Names of scopes as RFC 6749 writes them, separated by spaces. */
export const scopeList = z
  .string()
  .trim()
  .max(2_000)
  .regex(/^[\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*$/, "must be names separated by spaces");

const fields = {
  clientId: clientText.optional().describe("Absent: the panel registers itself at the authorization server."),
  clientSecret: clientText.optional(),
  scope: scopeList.optional().describe("Absent: what the server asks for."),
};
const hasId = ({
  clientId,
  clientSecret,
}: {
  clientId?: string | undefined;
  clientSecret?: string | null | undefined;
}) => clientId !== undefined || clientSecret === undefined;
const needsId = { message: "needs a client id", path: ["clientSecret"] };

/** How the panel signs in: a client that somebody registered at the authorization server by hand. */
export const mcpOAuth = z.strictObject(fields).refine(hasId, needsId);
/** The same in a change: a secret of `null` keeps the stored one. */
export const mcpOAuthChange = z
  .strictObject({ ...fields, clientSecret: clientText.nullable().optional() })
  .refine(hasId, needsId);

export const mcpOAuthView = z.object({
  clientId: z.string().nullable(),
  hasClientSecret: z.boolean().describe("The value is never sent."),
  scope: z.string().nullable(),
});

/** `POST /api/mcp/:id/sign-in/finish`: the whole address that the authorization server sent the browser to. */
export const finishMcpSignIn = z.strictObject({ address: z.string().min(1).max(16_384) });

export const mcpSignInStartSchema = z.object({
  startUrl: z.string().describe("Open it in the browser of the session that began: it leads to the provider."),
  authorizationUrl: z
    .string()
    .describe("Address at the provider, for callers without a browser session: finish with `sign-in/finish`."),
  redirectUri: z.string().describe("Where the provider sends the browser back to."),
  issuer: z.string(),
  expiresAt: z.iso.datetime().describe("Until when the sign-in must be finished."),
});
export type McpSignInStart = z.infer<typeof mcpSignInStartSchema>;

import { z } from "zod";

/** A passkey, for its owner. */
export const passkeyInfo = z.object({
  id: z.uuid(),
  name: z.string(),
  createdAt: z.iso.datetime(),
  lastUsedAt: z.iso.datetime().nullable(),
});
export type PasskeyInfo = z.infer<typeof passkeyInfo>;

export const passkeyName = z.string().trim().min(1).max(64);

const base64url = (longest: number) =>
  z
    .string()
    .min(1)
    .max(longest)
    .regex(/^[A-Za-z0-9_-]+$/, "must be base64url");

/** Credential ids have at most 1,023 bytes. */
const credentialId = base64url(1_364);
/** Unknown fields of newer browsers are dropped, not refused. */
const credential = {
  id: credentialId,
  rawId: credentialId,
  type: z.literal("public-key"),
  authenticatorAttachment: z.enum(["platform", "cross-platform"]).optional().catch(undefined),
  clientExtensionResults: z.unknown().transform(() => ({})),
};

/** `RegistrationResponseJSON` of WebAuthn: the result of `navigator.credentials.create`. */
export const passkeyCreation = z.object({
  ...credential,
  response: z.object({
    clientDataJSON: base64url(8_192),
    attestationObject: base64url(16_384),
    transports: z.array(z.string().max(32)).max(16).default([]),
  }),
});
export type PasskeyCreation = z.output<typeof passkeyCreation>;

/** `AuthenticationResponseJSON` of WebAuthn: the result of `navigator.credentials.get`. */
export const passkeyAssertion = z.object({
  ...credential,
  response: z.object({
    clientDataJSON: base64url(8_192),
    authenticatorData: base64url(8_192),
    signature: base64url(4_096),
    /** Optional in WebAuthn; browsers then send null. */
    userHandle: base64url(128)
      .nullish()
      .transform((handle) => handle ?? undefined),
  }),
});
export type PasskeyAssertion = z.output<typeof passkeyAssertion>;

/** `POST /api/account/passkeys`. */
export const passkeyBody = z.strictObject({ name: passkeyName, response: passkeyCreation });
/** `PATCH /api/account/passkeys/:id`. */
export const passkeyPatch = z.strictObject({ name: passkeyName });
/** `POST /api/session/passkey`. */
export const passkeyLogin = z.strictObject({ response: passkeyAssertion });

/**
 * `PublicKeyCredentialCreationOptionsJSON` and `PublicKeyCredentialRequestOptionsJSON` of WebAuthn, passed to the browser
 * unchanged.
 */
export const passkeyOptions = z.looseObject({ challenge: z.string() });
export type PasskeyOptions = z.infer<typeof passkeyOptions>;

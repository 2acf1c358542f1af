import type { PasskeyCreation } from "../../../shared/protocol/passkey.ts";
import type { RelyingParty } from "./relying-party.ts";

type Library = typeof import("@simplewebauthn/server");

/** Loads the WebAuthn library on first use: that takes a third of a second, and many installations have no passkeys. */
export const loadWebauthn = (): Promise<Library> => import("@simplewebauthn/server");

/**
 * Checks the response of a browser that has created a passkey.
 *
 * @throws Error for a response that is malformed, belongs to another challenge or site, or holds an attestation
 */
export async function verifyCreation(response: PasskeyCreation, expectedChallenge: string, party: RelyingParty) {
  const { verifyRegistrationResponse } = await loadWebauthn();
  await refuseAttestation(response.response.attestationObject);
  return verifyRegistrationResponse({
    response: response as never,
    expectedChallenge,
    expectedOrigin: party.origins,
    expectedRPID: party.id,
    requireUserVerification: false,
  });
}

/**
 * Refuses a statement of a manufacturer. None was requested and browsers leave it out; its check would contact the
 * addresses in it.
 */
async function refuseAttestation(attestationObject: string): Promise<void> {
  const { decodeAttestationObject, isoBase64URL } = await import("@simplewebauthn/server/helpers");
  const attestation = decodeAttestationObject(isoBase64URL.toBuffer(attestationObject));
  const format = attestation.get("fmt");
  const chain = attestation.get("attStmt").get("x5c");
  if ((format !== "none" && format !== "packed") || chain !== undefined) {
    throw new Error(`an attestation of format ${format} was not asked for`);
  }
}

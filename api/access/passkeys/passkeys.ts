import type { PasskeyAssertion, PasskeyCreation } from "../../../shared/protocol/passkey.ts";
import { AppError } from "../../../shared/server/errors.ts";
import type { Log } from "../../../shared/server/log.ts";
import type { AccessClock } from "../clock.ts";
import type { UserRecord, Users } from "../identity/users.ts";
import type { RecoveryCodes } from "../login/recovery-codes.ts";
import { messages } from "../messages.ts";
import type { Sealer } from "../sealed.ts";
import { newToken } from "../token.ts";
import { loadWebauthn, verifyCreation } from "./passkey-creation.ts";
import type { Passkey, PasskeyStore } from "./passkey-store.ts";
import type { RelyingParty } from "./relying-party.ts";

/** Time a challenge waits for its answer. */
export const CHALLENGE_MS = 600_000;

/** Purpose of an assertion. A challenge is valid for one purpose and one user. */
export type PasskeyPurpose =
  /** The whole log-in. The passkey identifies its user. */
  | { kind: "login" }
  /** The second factor, after the password was accepted. */
  | { kind: "second-factor"; userId: string }
  /** Re-authentication of a user who is logged in. */
  | { kind: "proof"; userId: string; sessionId: string };

/** Options for the browser, and the challenge in them, sealed for the browser's cookie. */
export interface Challenge {
  options: { challenge: string; [field: string]: unknown };
  sealed: string;
}

export interface Passkeys {
  /** Why passkeys are unavailable, as a sentence; undefined when they are available. */
  readonly problem: string | undefined;
  /** Host name that passkeys are bound to. */
  readonly host: string;
  of(userId: string): Passkey[];
  /** Whether passkeys are available and any user has one. */
  any(): boolean;
  /** Starts to add a passkey. @throws AppError `not_supported` when passkeys are unavailable */
  beginCreation(user: UserRecord, sessionId: string): Promise<Challenge>;
  /** Adds a passkey. `recoveryCodes`: new ones, returned only here, when the user had no second factor before; else null. */
  create(
    user: UserRecord,
    sessionId: string,
    sealed: string | undefined,
    name: string,
    response: PasskeyCreation,
    /** Called after the check of the response. Throws when the session has ended in the meantime. */
    reauthorize: () => void,
  ): Promise<{ passkey: Passkey; recoveryCodes: string[] | null }>;
  rename(userId: string, id: string, name: string): void;
  /** Recovery codes stay. */
  remove(userId: string, id: string): void;
  /** Returns a challenge; undefined when passkeys are unavailable or the user has none. */
  begin(purpose: PasskeyPurpose): Promise<Challenge | undefined>;
  /** Returns the user of a passkey. A challenge is valid once. @throws AppError `unauthorized` for a wrong response */
  finish(purpose: PasskeyPurpose, sealed: string | undefined, response: PasskeyAssertion): Promise<UserRecord>;
}

export interface PasskeysDeps {
  store: PasskeyStore;
  users: Users;
  recoveryCodes: RecoveryCodes;
  sealer: Sealer;
  clock: AccessClock;
  party: RelyingParty;
  log: Log;
}

const nameOf = (purpose: PasskeyPurpose): string =>
  `passkey ${purpose.kind} ${"userId" in purpose ? purpose.userId : ""} ${"sessionId" in purpose ? purpose.sessionId : ""}`;
const creationName = (userId: string, sessionId: string) => `passkey creation ${userId} ${sessionId}`;
const tooLate = () => new AppError("unauthorized", messages.notBegunInBrowser);
const refused = (cause?: unknown) => new AppError("unauthorized", messages.passkeyRefused, { cause });
const isUnverified = (error: unknown) => error instanceof Error && /user verification/i.test(error.message);
const unverified = (cause: unknown) => new AppError("unauthorized", messages.passkeyUnverified, { cause });
/** Handle of a user in an authenticator: the id, which discloses nothing about the person. */
const handleOf = (userId: string) => new TextEncoder().encode(userId);

export function createPasskeys(deps: PasskeysDeps): Passkeys {
  const { store, users, recoveryCodes, sealer, clock, party, log } = deps;
  const toDescriptors = (passkeys: Passkey[]) =>
    passkeys.map(({ credentialId, transports }) => ({ id: credentialId, transports: transports as never[] }));
  const challengeIn = (purpose: string, sealed: string | undefined): string => {
    const challenge = sealer.open(purpose, sealed);
    if (typeof challenge !== "string") throw tooLate();
    return challenge;
  };

  return {
    problem: party.problem,
    host: party.id,
    of: store.of,
    any: () => party.problem === undefined && store.any(),
    beginCreation: async (user, sessionId) => {
      if (party.problem !== undefined) throw new AppError("not_supported", party.problem);
      const { generateRegistrationOptions } = await loadWebauthn();
      const options = await generateRegistrationOptions({
        rpName: "AI Desktop",
        rpID: party.id,
        userID: handleOf(user.id),
        userName: user.name,
        challenge: newToken(),
        attestationType: "none",
        timeout: CHALLENGE_MS,
        excludeCredentials: toDescriptors(store.of(user.id)),
        authenticatorSelection: { residentKey: "preferred", userVerification: "preferred" },
      });
      const sealed = sealer.seal(creationName(user.id, sessionId), options.challenge, CHALLENGE_MS);
      return { options: { ...options }, sealed };
    },
    create: async (user, sessionId, sealed, name, response, reauthorize) => {
      const expectedChallenge = challengeIn(creationName(user.id, sessionId), sealed);
      const verified = await verifyCreation(response, expectedChallenge, party).catch((error: unknown) => {
        log.info({ err: error }, "a new passkey was refused");
        return undefined;
      });
      const info = verified?.registrationInfo;
      if (!verified?.verified || !info) throw new AppError("invalid_input", messages.passkeyRefused);
      reauthorize();
      if (sealed === undefined || !sealer.spend(sealed)) throw tooLate();
      const current = users.byId(user.id);
      if (!current) throw new AppError("unauthorized", messages.loginFirst);
      const isFirst = current.totpSecret === null && store.of(user.id).length === 0;
      const passkey = store.add({
        userId: user.id,
        name,
        credentialId: info.credential.id,
        publicKey: info.credential.publicKey,
        counter: info.credential.counter,
        transports: response.response.transports,
      });
      const fresh = isFirst || recoveryCodes.count(user.id) === 0;
      return { passkey, recoveryCodes: fresh ? recoveryCodes.renew(user.id) : null };
    },
    rename: store.rename,
    remove: store.remove,
    begin: async (purpose) => {
      const own = "userId" in purpose ? store.of(purpose.userId) : undefined;
      if (party.problem !== undefined || own?.length === 0) return undefined;
      const { generateAuthenticationOptions } = await loadWebauthn();
      const options = await generateAuthenticationOptions({
        rpID: party.id,
        challenge: newToken(),
        timeout: CHALLENGE_MS,
        // Alone it has to be two factors: the device, and the finger or PIN that unlocked it.
        userVerification: purpose.kind === "second-factor" ? "discouraged" : "required",
        allowCredentials: own && toDescriptors(own),
      });
      return { options: { ...options }, sealed: sealer.seal(nameOf(purpose), options.challenge, CHALLENGE_MS) };
    },
    finish: async (purpose, sealed, response) => {
      const expectedChallenge = challengeIn(nameOf(purpose), sealed);
      const passkey = store.byCredential(response.id);
      if (!passkey || ("userId" in purpose && passkey.userId !== purpose.userId)) throw refused();
      const { userHandle } = response.response;
      if (userHandle !== undefined && userHandle !== Buffer.from(handleOf(passkey.userId)).toString("base64url")) {
        throw refused();
      }
      const { verifyAuthenticationResponse } = await loadWebauthn();
      const { publicKey, counter, credentialId: id } = passkey;
      const verified = await verifyAuthenticationResponse({
        response: response as never,
        expectedChallenge,
        expectedOrigin: party.origins,
        expectedRPID: party.id,
        credential: { id, publicKey, counter },
        requireUserVerification: purpose.kind !== "second-factor",
      }).catch((error: unknown) => {
        log.info({ err: error }, "a passkey was refused");
        throw isUnverified(error) ? unverified(error) : refused(error);
      });
      const user = users.byId(passkey.userId);
      if (!verified.verified || !user || sealed === undefined) throw refused();
      if (!sealer.spend(sealed)) throw tooLate();
      if (!store.use(passkey, verified.authenticationInfo.newCounter, clock.now().toISOString())) throw refused();
      return user;
    },
  };
}

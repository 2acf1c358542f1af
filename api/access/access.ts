import type { DatabaseSync } from "node:sqlite";
import type { Revocation } from "../../shared/protocol/access.ts";
import type { Config } from "../../shared/server/config.ts";
import { createSecretCheck } from "../../shared/server/emit-token.ts";
import type { OriginPolicy } from "../../shared/server/http/origin-policy.ts";
import { createPeers, type Peers } from "../../shared/server/http/peer-address.ts";
import { type CookieName, createCookieName } from "../../shared/server/http/session-cookie.ts";
import type { Log } from "../../shared/server/log.ts";
import { createRateLimit } from "../http/rate-limits.ts";
import { type AccessClock, type ClockSources, machineClock, openAccessClock } from "./clock.ts";
import { type Callers, createCallers } from "./identity/callers.ts";
import { createLiveRights, type LiveRights } from "./identity/live-rights.ts";
import { createRevocations, type Revocations } from "./identity/revocations.ts";
import { createSharedWrites } from "./identity/user-store-tx.ts";
import { createUsers, type UserRecord, type Users } from "./identity/users.ts";
import { type ApiKeys, createApiKeys } from "./keys/api-keys.ts";
import { createLogin, type LoginAttempt } from "./login/login.ts";
import { createLoginThrottle } from "./login/login-throttle.ts";
import { type ConfirmPassword, createPasswordConfirmation } from "./login/password-confirmation.ts";
import { createPasswords, type PasswordCost, type Passwords } from "./login/passwords.ts";
import { createRecoveryCodes, type RecoveryCodes } from "./login/recovery-codes.ts";
import { createSecondFactors, type SecondFactors } from "./login/second-factors.ts";
import { createSessions, type Sessions } from "./login/sessions.ts";
import { openSetup, type Setup } from "./login/setup.ts";
import { createOidcLogin, type OidcConfig, type OidcLogin } from "./oidc/oidc.ts";
import { createPasskeyStore } from "./passkeys/passkey-store.ts";
import { createPasskeys, type Passkeys } from "./passkeys/passkeys.ts";
import { toRelyingParty } from "./passkeys/relying-party.ts";
import { createSealer } from "./sealed.ts";
import { startSweeper } from "./sweeper.ts";

/** Log-ins of one user. Each adds a line to the audit trail. */
const LOGINS_PER_HOUR = 300;

export interface AccessOptions {
  /** Open and migrated. */
  database: DatabaseSync;
  dataDir: string;
  config: Pick<Config, "TRUSTED_PROXIES" | "CLIENT_URL" | "PUBLIC_ORIGIN" | "WEB_PORT" | "API_PORT" | "BASE_PATH"> &
    OidcConfig;
  originPolicy: OriginPolicy;
  /** The token of the realtime server. */
  emitToken: string;
  realtime: { revoke(revocation: Revocation): unknown };
  log: Log;
  /** Prints the set-up line for the operator. */
  announce(line: string): void;
  clock?: ClockSources;
  /** OWASP's parameters by default. Not a setting of installations. */
  passwordCost?: PasswordCost;
}

/** The stored accounts, and what they authenticate with. */
export interface Accounts {
  users: Users;
  sessions: Sessions;
  keys: ApiKeys;
  passwords: Passwords;
  secondFactors: SecondFactors;
  recoveryCodes: Pick<RecoveryCodes, "count">;
  passkeys: Passkeys;
  /** Removes authenticator, passkeys and recovery codes. */
  removeSecondFactors(userId: string): void;
}

/** The ways to authenticate. */
export interface Authentication {
  setup: Setup;
  oidc: OidcLogin | undefined;
  login(attempt: LoginAttempt): Promise<UserRecord>;
  confirmPassword: ConfirmPassword;
  /** Counts a new session of a user. @throws AppError `rate_limited` above 300 per hour */
  countLogin(userId: string): Promise<void>;
}

/** Where this installation is reached. */
export interface Site {
  originPolicy: OriginPolicy;
  peers: Peers;
  webOrigin: string;
  /** Path prefix that a proxy strips from each address, without a trailing slash. */
  basePath: string;
  cookieName: CookieName;
}

/** A consumer depends on the groups, or the members, that it uses. */
export interface Access
  extends Accounts,
    Authentication,
    Callers,
    Site,
    Pick<Revocations, "endSessions" | "cutSockets"> {
  clock: AccessClock;
  /** Watches of long responses. */
  liveRights: LiveRights;
  isEmitToken(token: string | undefined): boolean;
  close(): void;
}

/** Users, sessions, keys, set-up and log-in, on one open database. */
export function createAccess(options: AccessOptions): Access {
  const { database, dataDir, config, originPolicy, realtime, log } = options;
  const sources = options.clock ?? machineClock;
  const clock = openAccessClock(database, sources);
  const writes = createSharedWrites(database);
  const users = createUsers(database, writes);
  const sessions = createSessions(database, writes, clock);
  const keys = createApiKeys(database, writes, clock);
  const passwords = createPasswords(options.passwordCost);
  const recoveryCodes = createRecoveryCodes(database, writes);
  const secondFactors = createSecondFactors(users, recoveryCodes, clock);
  const sealer = createSealer(clock);
  const webOrigin = webOriginOf(config, originPolicy);
  const cookieName = createCookieName(config);
  const passkeyStore = createPasskeyStore(database, writes);
  const party = toRelyingParty([...config.PUBLIC_ORIGIN, webOrigin], originPolicy.origins);
  const passkeys = createPasskeys({ store: passkeyStore, users, recoveryCodes, sealer, clock, party, log });
  const uptime = () => sources.uptime();
  const throttle = createLoginThrottle(uptime);
  const login = createLogin({ users, sessions, passwords, secondFactors, passkeys, throttle });
  const logins = createRateLimit(LOGINS_PER_HOUR, 3_600);
  const setup = openSetup({
    dataDir,
    users,
    passwords,
    announce: options.announce,
    page: `${webOrigin}${config.BASE_PATH}/setup`,
    monotonic: uptime,
  });

  const revocations = createRevocations({ writes, users, sessions, keys, realtime });
  const { refresh, endSessions, cutSockets } = revocations;
  const liveRights = createLiveRights();
  const stopSweeper = startSweeper({ sessions, keys, setup, clock, revocations, liveRights, uptime, log });

  return {
    users,
    sessions,
    keys,
    passwords,
    secondFactors,
    recoveryCodes,
    passkeys,
    removeSecondFactors: (userId) => {
      secondFactors.remove(userId);
      passkeyStore.clear(userId);
      recoveryCodes.clear(userId);
    },
    setup,
    oidc: createOidcLogin(config, users, sealer, log),
    clock,
    originPolicy,
    peers: createPeers(config.TRUSTED_PROXIES),
    webOrigin,
    basePath: config.BASE_PATH,
    cookieName,
    isEmitToken: createSecretCheck(options.emitToken),
    ...createCallers({ users, sessions, keys, clock, cookieName, refresh }),
    liveRights,
    login,
    endSessions,
    cutSockets,
    confirmPassword: createPasswordConfirmation({ users, passwords, uptime }),
    countLogin: (userId) => logins.take(userId),
    close: () => {
      stopSweeper();
      setup.close();
    },
  };
}

/** Origin of the web app: as configured, else by the address of the host, else on this machine. */
function webOriginOf(config: AccessOptions["config"], { origins }: OriginPolicy): string {
  const { PUBLIC_ORIGIN, CLIENT_URL, WEB_PORT } = config;
  const isLocal = (origin: string) => ["localhost", "127.0.0.1"].includes(new URL(origin).hostname);
  return PUBLIC_ORIGIN[0] ?? CLIENT_URL ?? origins.find((origin) => !isLocal(origin)) ?? `http://localhost:${WEB_PORT}`;
}

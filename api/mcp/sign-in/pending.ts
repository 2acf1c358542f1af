import { randomBytes, timingSafeEqual } from "node:crypto";
import type { Principal } from "../../../shared/protocol/access.ts";
import type { McpTransport } from "../store.ts";
import type { OAuthClient, ServerMetadata } from "./store.ts";

/** Time for the sign-in at the provider. */
export const PENDING_MS = 600_000;
/** Begun sign-ins in memory: of all, and of one person, whose oldest is dropped. */
const MAX_PENDING = 200;
const MAX_OF_PERSON = 10;

/** A sign-in that was begun. Nothing of it is asked again when the browser comes back. */
export interface PendingSignIn {
  state: string;
  serverId: string;
  /** What the tokens are for, to notice a change of the server meanwhile. */
  transport: McpTransport;
  principal: Principal;
  verifier: string;
  redirectUri: string;
  authorizationUrl: string;
  metadata: ServerMetadata;
  resource: string;
  client: OAuthClient;
  /** What was asked for. */
  scope: string | null;
  until: number;
  /** The value that the browser keeps; null before it went to the provider. */
  binding: string | null;
}

export interface PendingSignIns {
  add(signIn: Omit<PendingSignIn, "until" | "binding">): PendingSignIn;
  find(state: string | null | undefined): PendingSignIn | undefined;
  /** Makes the browser of a request the only one that can finish it. Returns the value for its cookie. */
  bind(signIn: PendingSignIn): string;
  /** It can be finished once. Returns whether it still holds: see `forget`. End it by `end`. */
  take(signIn: PendingSignIn): () => boolean;
  end(signIn: PendingSignIn): void;
  /** Ends all of a server that was removed, changed or signed out, also those that are being finished. */
  forget(serverId: string): void;
}

export const randomText = (): string => randomBytes(32).toString("base64url");

export const isSame = (a: string, b: string): boolean => {
  const [one, other] = [Buffer.from(a), Buffer.from(b)];
  return one.length === other.length && timingSafeEqual(one, other);
};

export function createPendingSignIns(now: () => number = Date.now): PendingSignIns {
  const pending = new Map<string, PendingSignIn>();
  const taken = new Set<PendingSignIn>();
  const drop = (oldest: Iterable<PendingSignIn>, most: number) => {
    const list = [...oldest];
    for (const { state } of list.slice(0, Math.max(0, list.length - most))) pending.delete(state);
  };
  return {
    add(signIn) {
      for (const { state, until } of pending.values()) if (until <= now()) pending.delete(state);
      const whole = { ...signIn, until: now() + PENDING_MS, binding: null };
      pending.set(whole.state, whole);
      drop(
        [...pending.values()].filter(({ principal }) => principal.id === signIn.principal.id),
        MAX_OF_PERSON,
      );
      drop(pending.values(), MAX_PENDING);
      return whole;
    },
    find(state) {
      const found = pending.get(state ?? "");
      return found && found.until > now() ? found : undefined;
    },
    bind(signIn) {
      signIn.binding = randomText();
      return signIn.binding;
    },
    take(signIn) {
      pending.delete(signIn.state);
      taken.add(signIn);
      return () => taken.has(signIn);
    },
    end: (signIn) => void taken.delete(signIn),
    forget(serverId) {
      for (const signIn of taken) if (signIn.serverId === serverId) taken.delete(signIn);
      for (const signIn of pending.values()) if (signIn.serverId === serverId) pending.delete(signIn.state);
    },
  };
}

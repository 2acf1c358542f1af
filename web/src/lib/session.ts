import { createContext, createSignal, useContext } from "solid-js";
import type { Principal } from "../../../shared/protocol/access.ts";
import { may, type Permission } from "../../../shared/protocol/permission.ts";
import { drafts } from "./drafts.ts";

export type SessionState =
  | { kind: "loading" }
  | { kind: "setup" }
  | { kind: "signed-out" }
  | { kind: "signed-in"; principal: Principal }
  | { kind: "unreachable"; error: unknown };

/** The calls of the REST API that a session needs. */
export interface SessionApi {
  session: { get(): Promise<Principal | null>; end(): Promise<unknown> };
  setup: { needed(): Promise<boolean> };
}

/** The account that is signed in on this page, and the way in and out. Nothing is requested before `load`. */
export function createSession(api: SessionApi) {
  const [state, setState] = createSignal<SessionState>({ kind: "loading" });

  const principal = (): Principal | undefined => {
    const current = state();
    return current.kind === "signed-in" ? current.principal : undefined;
  };
  /** Why the account could not be requested. */
  const failure = () => {
    const current = state();
    return current.kind === "unreachable" ? current : undefined;
  };
  const signedIn = (account: Principal) => {
    drafts.open(account.id);
    setState({ kind: "signed-in", principal: account });
  };
  const signedOut = () => setState({ kind: "signed-out" });
  const needsSetup = () => api.setup.needed().catch(() => false);

  return {
    state,
    principal,
    failure,
    may: (permission: Permission): boolean => {
      const account = principal();
      return account !== undefined && may(account, permission);
    },
    signedIn,
    signedOut,

    /** Requests the account, and whether the first administrator exists. Never rejects: a failure is a state. */
    async load(): Promise<void> {
      try {
        const account = await api.session.get();
        if (account) signedIn(account);
        else setState((await needsSetup()) ? { kind: "setup" } : { kind: "signed-out" });
      } catch (error) {
        setState({ kind: "unreachable", error });
      }
    },

    /** Signs out if the session has ended, as the realtime server may have found; otherwise changes nothing. */
    async recheck(): Promise<void> {
      try {
        if (!(await api.session.get())) signedOut();
      } catch {
        // The API did not respond: whether the session has ended is unknown.
      }
    },

    /** Ends the session on the server, and deletes the drafts of this tab. */
    async signOut(): Promise<void> {
      await api.session.end();
      drafts.close();
      signedOut();
    },
  };
}

export type Session = ReturnType<typeof createSession>;

const SessionContext = createContext<Session>();

export const SessionProvider = SessionContext.Provider;

/** The session of the page. Called while a component is set up. @throws Error outside of the app. */
export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error("useSession needs a SessionProvider");
  return session;
}

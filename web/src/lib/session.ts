import { createSignal } from "solid-js";
import { may, type Permission, type Principal } from "../../../shared/protocol/permission.ts";
import { ApiFailure, api } from "./api.ts";

export type SessionState =
  | { kind: "loading" }
  | { kind: "setup" }
  | { kind: "signed-out" }
  | { kind: "signed-in"; principal: Principal }
  | { kind: "unreachable"; error: unknown };

const [state, setState] = createSignal<SessionState>({ kind: "loading" });

/** Who is at the screen. */
export const session = {
  state,
  principal: (): Principal | undefined => {
    const now = state();
    return now.kind === "signed-in" ? now.principal : undefined;
  },
  may: (permission: Permission): boolean => {
    const principal = session.principal();
    return principal !== undefined && may(principal, permission);
  },
  signedIn: (principal: Principal) => setState({ kind: "signed-in", principal }),
  signedOut: () => setState({ kind: "signed-out" }),

  /** Asks the API who we are, and whether anybody has been set up yet. */
  async load(): Promise<void> {
    try {
      setState({ kind: "signed-in", principal: await api.session.get() });
    } catch (error) {
      if (error instanceof ApiFailure && error.status === 401) {
        setState((await needsSetup()) ? { kind: "setup" } : { kind: "signed-out" });
      } else setState({ kind: "unreachable", error });
    }
  },

  /** After the realtime server turned us away: signs out if the session is over, and changes nothing otherwise. */
  async recheck(): Promise<void> {
    try {
      await api.session.get();
    } catch (error) {
      if (error instanceof ApiFailure && error.status === 401) session.signedOut();
    }
  },

  async signOut(): Promise<void> {
    await api.session.end();
    session.signedOut();
  },
};

const needsSetup = () => api.setup.needed().catch(() => false);

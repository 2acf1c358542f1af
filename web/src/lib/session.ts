import { createSignal } from "solid-js";
import type { Principal } from "../../../shared/protocol/access.ts";
import { may, type Permission } from "../../../shared/protocol/permission.ts";
import { api } from "./api.ts";
import { drafts } from "./drafts.ts";

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
  signedIn: (principal: Principal) => {
    drafts.open(principal.id);
    setState({ kind: "signed-in", principal });
  },
  signedOut: () => setState({ kind: "signed-out" }),

  /** Asks the API who we are, and whether anybody has been set up yet. */
  async load(): Promise<void> {
    try {
      const principal = await api.session.get();
      if (principal) session.signedIn(principal);
      else setState((await needsSetup()) ? { kind: "setup" } : { kind: "signed-out" });
    } catch (error) {
      setState({ kind: "unreachable", error });
    }
  },

  /** After the realtime server turned us away: signs out if the session is over, and changes nothing otherwise. */
  async recheck(): Promise<void> {
    try {
      if (!(await api.session.get())) session.signedOut();
    } catch {
      // Not reached: whether the session is over is not known.
    }
  },

  async signOut(): Promise<void> {
    await api.session.end();
    drafts.close();
    session.signedOut();
  },
};

const needsSetup = () => api.setup.needed().catch(() => false);

import type { Access } from "../access.ts";

type SessionAccess = Pick<Access, "sessions" | "endSessions">;

/** Ends the sessions of a user and cuts their sockets. `except`: the session to keep. */
export function endSessionsOf(access: SessionAccess, userId: string, except?: string): void {
  access.endSessions(access.sessions.of(userId).flatMap(({ id }) => (id === except ? [] : [id])));
}

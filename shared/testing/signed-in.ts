import { readFileSync } from "node:fs";
import { join } from "node:path";

/** A person at a browser who has made the first account. */
export interface SignedIn {
  /** `name=value`, to be sent back as `Cookie` together with {@link SignedIn.origin}. */
  cookie: string;
  /** Of the page that asks. */
  origin: string;
  /** Asks the API; JSON in and out. Throws when the answer is no success. */
  ask<T = Record<string, unknown>>(method: string, path: string, body?: unknown): Promise<T>;
  /** Makes an API key, for programs and Socket.IO clients outside a browser. */
  makeKey(options?: { role?: "viewer" | "operator" | "admin"; name?: string }): Promise<string>;
}

export const ADMIN = { username: "ada", password: "correct horse battery staple" };

/** Makes the first administrator with the set-up token of the state folder. `origin` must be one that the API accepts. */
export async function signIn(target: { apiUrl: string; dataDir: string; origin: string }): Promise<SignedIn> {
  const { apiUrl, dataDir, origin } = target;
  const send = async (method: string, path: string, cookie: string, body?: unknown) => {
    const answer = await fetch(`${apiUrl}${path}`, {
      method,
      headers: {
        Origin: origin,
        ...(cookie ? { Cookie: cookie } : {}),
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${method} ${path} answers ${answer.status}: ${await answer.text()}`);
    return answer;
  };
  const token = readFileSync(join(dataDir, "setup-token"), "utf8").trim();
  const answer = await send("POST", "/api/setup", "", { token, ...ADMIN });
  const cookie = (answer.headers.getSetCookie()[0] ?? "").split(";")[0] ?? "";
  const ask: SignedIn["ask"] = async <T>(method: string, path: string, body?: unknown) =>
    (await (await send(method, path, cookie, body)).json()) as T;
  return {
    cookie,
    origin,
    ask,
    makeKey: async ({ role = "admin", name = "test" } = {}) => {
      const { secret } = await ask<{ secret: string }>("POST", "/api/keys", { name, role, days: 1 });
      return secret;
    },
  };
}

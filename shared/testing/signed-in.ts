import { readFileSync } from "node:fs";
import { join } from "node:path";

/** A browser user with the first account. */
export interface SignedIn {
  /** `name=value`, to be sent as `Cookie` together with {@link SignedIn.origin}. */
  cookie: string;
  /** Origin of the page. */
  origin: string;
  /** Calls the API with JSON. @throws Error if the response is not a success */
  ask<T = Record<string, unknown>>(method: string, path: string, body?: unknown): Promise<T>;
  /** Creates an API key, for programs and Socket.IO clients outside a browser. */
  makeKey(options?: { role?: "viewer" | "operator" | "admin"; name?: string }): Promise<string>;
}

export const ADMIN = { username: "ada", password: "correct horse battery staple" };

/** Creates the first administrator with the set-up token of the state folder. The API must accept `origin`. */
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

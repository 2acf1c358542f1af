import { messages } from "./messages.ts";
import { type Reply, request } from "./request.ts";
import { RefusedError, UnavailableError } from "./response.ts";
import { type Credentials, findProxyProblem } from "./settings.ts";

export interface PostOptions {
  /** Address without a slash at its end. */
  address: string;
  credentials: Credentials;
  timeoutMs: number;
  /** Ends requests early. */
  signal?: AbortSignal;
}

/** Sends JSON to a path of the realtime server. */
export type Post = (path: string, body: string) => Promise<Reply>;

/**
 * Creates a sender of requests with the emit token. A token that the server refuses is read again, once per request,
 * and counts when it has changed.
 *
 * The sender throws UnavailableError when there is no response, and RefusedError when there is no token or when a
 * proxy would get it.
 */
export function createPost({ address, credentials, timeoutMs, signal }: PostOptions): Post {
  const post = async (path: string, body: string, token: string) => {
    const headers = { "content-type": "application/json", authorization: `Bearer ${token}` };
    try {
      return await request(`${address}${path}`, { method: "POST", headers, body }, { timeoutMs, signal });
    } catch (error) {
      throw new UnavailableError(messages.noResponse, { cause: error });
    }
  };
  const tokenFrom = async <T>(read: () => Promise<T>): Promise<T> => {
    try {
      return await read();
    } catch (error) {
      const { message, code } = error as { message?: string; code?: string };
      // An error of the file system names a path of this machine.
      const reason = code === undefined ? String(message) : messages.unreadableToken(code);
      throw new RefusedError(reason, "unauthorized", false);
    }
  };
  return async (path, body) => {
    const problem = findProxyProblem(address);
    if (problem !== undefined) throw new RefusedError(problem, "misdirected_request", false);
    const reply = await post(path, body, await tokenFrom(credentials.token));
    if (reply.status !== 401 || !(await tokenFrom(credentials.reload))) return reply;
    return post(path, body, await tokenFrom(credentials.token));
  };
}

import type { DatabaseSync } from "node:sqlite";

/** The parts of the metadata of an authorization server that later requests need. */
export type ServerMetadata = {
  issuer: string;
  authorization_endpoint: string;
  token_endpoint: string;
  registration_endpoint?: string | undefined;
  revocation_endpoint?: string | undefined;
  response_types_supported: string[];
  scopes_supported?: string[] | undefined;
  code_challenge_methods_supported?: string[] | undefined;
  token_endpoint_auth_methods_supported?: string[] | undefined;
  authorization_response_iss_parameter_supported?: boolean | undefined;
};

/** A client of an authorization server: registered by the panel, or entered by hand. */
export interface OAuthClient {
  client_id: string;
  client_secret?: string | undefined;
  /** Seconds since 1970; 0: never. */
  client_secret_expires_at?: number | undefined;
  token_endpoint_auth_method?: string | undefined;
  redirectUri: string;
  byHand: boolean;
}

export interface Tokens {
  access: string;
  refresh: string | null;
  scope: string | null;
  /** ISO 8601; null: unknown. */
  expiresAt: string | null;
  /** From when it is renewed before it is used, in milliseconds since 1970. */
  renewAt: number | null;
}

/** The sign-in of one server, with its secrets. */
export interface StoredSignIn {
  issuer: string;
  metadata: ServerMetadata;
  resource: string;
  client: OAuthClient;
  tokens: Tokens | null;
  problem: string | null;
  user: string;
  signedInAt: string;
}

export interface SignInStore {
  /** The same value until it changes. */
  find(serverId: string): StoredSignIn | undefined;
  save(serverId: string, signIn: StoredSignIn): void;
  setTokens(serverId: string, tokens: Tokens | null, problem: string | null): void;
  remove(serverId: string): void;
}

export function createSignInStore(database: DatabaseSync): SignInStore {
  const byServer = database.prepare("SELECT * FROM mcp_sign_in WHERE server_id = ?");
  const insert = database.prepare(
    `INSERT OR REPLACE INTO mcp_sign_in
       (server_id, issuer, metadata, resource, client, tokens, problem, user_name, signed_in_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const update = database.prepare("UPDATE mcp_sign_in SET tokens = ?, problem = ? WHERE server_id = ?");
  const erase = database.prepare("DELETE FROM mcp_sign_in WHERE server_id = ?");
  const toText = (tokens: Tokens | null) => (tokens === null ? null : JSON.stringify(tokens));
  // Each request to a server reads it. One entry for each registered server.
  const known = new Map<string, StoredSignIn | undefined>();
  return {
    find(serverId) {
      if (!known.has(serverId)) {
        const row = byServer.get(serverId);
        known.set(serverId, row && toSignIn(row));
      }
      return known.get(serverId);
    },
    save(serverId, { issuer, metadata, resource, client, tokens, problem, user, signedInAt }) {
      const texts = [JSON.stringify(metadata), resource, JSON.stringify(client), toText(tokens)] as const;
      insert.run(serverId, issuer, ...texts, problem, user, signedInAt);
      known.delete(serverId);
    },
    setTokens(serverId, tokens, problem) {
      update.run(toText(tokens), problem, serverId);
      known.delete(serverId);
    },
    remove(serverId) {
      erase.run(serverId);
      known.delete(serverId);
    },
  };
}

const toSignIn = (row: Record<string, unknown>): StoredSignIn => ({
  issuer: String(row.issuer),
  metadata: JSON.parse(String(row.metadata)) as ServerMetadata,
  resource: String(row.resource),
  client: JSON.parse(String(row.client)) as OAuthClient,
  tokens: row.tokens === null ? null : (JSON.parse(String(row.tokens)) as Tokens),
  problem: row.problem === null ? null : String(row.problem),
  user: String(row.user_name),
  signedInAt: String(row.signed_in_at),
});

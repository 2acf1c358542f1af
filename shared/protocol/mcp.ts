import { z } from "zod";

export const mcpServerStatuses = ["stopped", "starting", "running", "failed"] as const;
export type McpServerStatus = (typeof mcpServerStatuses)[number];

/**
 * Names a child's environment may not set: each of them loads code, moves where a program looks for it or runs a command,
 * and so would make a program of the operator's list run another. The list cannot be whole: programs read what they like.
 */
const refusedEnvironmentNames = new Set([
  "PATH",
  "HOME",
  "CDPATH",
  "IFS",
  "ENV",
  "SHELLOPTS",
  "PS4",
  "PROMPT_COMMAND",
  "ZDOTDIR",
  "CLASSPATH",
  "GCONV_PATH",
  "EDITOR",
  "VISUAL",
  "PAGER",
  "BROWSER",
  "SSH_ASKPASS",
  "KUBECONFIG",
  "TMPDIR",
  "TMP",
  "TEMP",
  // Their files may name a command that gives the credentials.
  "AWS_CONFIG_FILE",
  "AWS_SHARED_CREDENTIALS_FILE",
  "BOTO_CONFIG",
  "CLOUDSDK_CONFIG",
  "AZURE_CONFIG_DIR",
  "GIT_ASKPASS",
  "GIT_EDITOR",
  "GIT_SEQUENCE_EDITOR",
  "GIT_PAGER",
  "GIT_EXEC_PATH",
  "GIT_EXTERNAL_DIFF",
  "GIT_PROXY_COMMAND",
  "GIT_TEMPLATE_DIR",
  "GIT_DIR",
  "GIT_WORK_TREE",
  "GOFLAGS",
  "GOPATH",
  "GOROOT",
  "GOBIN",
  "GOENV",
  "GOPROXY",
  "GOTOOLCHAIN",
  "GOCACHE",
  "GOMODCACHE",
  "GOWORK",
]);
/** Families of the same kind: the loader's, those of runtimes, and the settings of what fetches packages and runs them. */
const refusedEnvironmentPrefixes = [
  "LD_",
  "DYLD_",
  "GLIBC_",
  "MALLOC_",
  "BASH_",
  "XDG_",
  "DOCKER_",
  "COMPOSE_",
  "OPENSSL_",
  "SSL_",
  "NODE_",
  "NPM_",
  "PNPM_",
  "YARN_",
  "COREPACK_",
  "BUN_",
  "DENO_",
  "TSX_",
  "TS_NODE_",
  "PYTHON",
  "PIP_",
  "PIPX_",
  "PIPENV_",
  "POETRY_",
  "UV_",
  "VIRTUAL_ENV",
  "CONDA_",
  "PERL",
  "RUBY",
  "GEM_",
  "BUNDLE_",
  "BUNDLER_",
  "LUA_",
  "PHP",
  "COMPOSER_",
  "JAVA_",
  "_JAVA_",
  "JDK_",
  "MAVEN_",
  "MVN_",
  "GRADLE_",
  "DOTNET_",
  "CORECLR_",
  "COMPLUS_",
  "NUGET_",
  "CARGO_",
  "RUSTUP_",
  "RUSTC_",
  "GIT_CONFIG",
  "GIT_SSH",
];
/** Of those families, what only says how to print or run. */
const plainEnvironmentNames = new Set([
  "NODE_ENV",
  "NODE_NO_WARNINGS",
  "NODE_DISABLE_COLORS",
  "PYTHONUNBUFFERED",
  "PYTHONIOENCODING",
  "PYTHONUTF8",
  "PYTHONDONTWRITEBYTECODE",
  "PYTHONHASHSEED",
  "DENO_ENV",
  "DENO_NO_UPDATE_CHECK",
  "DOTNET_CLI_TELEMETRY_OPTOUT",
]);

/** Whether a server may be given a variable of this name; upper and lower case are one, as they are to some programs. */
export function mayBeSet(variable: string): boolean {
  const name = variable.toUpperCase();
  if (refusedEnvironmentNames.has(name)) return false;
  return plainEnvironmentNames.has(name) || !refusedEnvironmentPrefixes.some((prefix) => name.startsWith(prefix));
}

const environmentName = z
  .string()
  .max(128)
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "must be a variable name")
  .refine(mayBeSet, "may not be set");

const environmentValue = z
  .string()
  .max(8192)
  .refine((value) => !value.includes("\0"), "must not hold NUL");

const environment = z
  .record(environmentName, environmentValue)
  .refine((map) => Object.keys(map).length <= 64, "has too many entries");

/** A word of a command line. */
const word = (maxLength: number) =>
  z
    .string()
    .max(maxLength)
    .refine((text) => !text.includes("\0"), "must not hold NUL");

const displayName = z.string().trim().min(1).max(64);

export const mcpStdioTransport = z.strictObject({
  type: z.literal("stdio"),
  /** Program, then its arguments: never a shell line. */
  command: word(1024).min(1),
  args: z.array(word(4096)).max(64).default([]),
  env: environment.default({}),
});
/** Names that belong to the connection itself. */
const refusedHeaderNames = new Set([
  "connection",
  "content-length",
  "expect",
  "host",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

const headerName = z
  .string()
  .max(128)
  .regex(/^[!#$%&'*+.^_`|~A-Za-z0-9-]+$/, "must be a header name")
  .refine((name) => !refusedHeaderNames.has(name.toLowerCase()), "may not be set");
const headerValue = z
  .string()
  .max(8192)
  .regex(/^[\t\x20-\x7e\x80-\xff]*$/, "must be one line of Latin characters");

export const mcpHttpTransport = z.strictObject({
  type: z.literal("http"),
  url: z.url({ protocol: /^https?$/ }).max(2048),
  headers: z
    .record(headerName, headerValue)
    .refine((map) => Object.keys(map).length <= 64, "has too many entries")
    .default({}),
});

export const createMcpServer = z.strictObject({
  name: displayName,
  transport: z.discriminatedUnion("type", [mcpStdioTransport, mcpHttpTransport]),
});
export type CreateMcpServer = z.output<typeof createMcpServer>;

/**
 * A change of a server. A value of `null` keeps the stored one: values never come back, so an editor cannot repeat them. Kept
 * values go to the program or address they were given for, and to no other.
 */
export const changeMcpServer = z.strictObject({
  name: displayName,
  transport: z.discriminatedUnion("type", [
    mcpStdioTransport.extend({ env: kept(environmentName, environmentValue) }),
    mcpHttpTransport.extend({ headers: kept(headerName, headerValue) }),
  ]),
});
export type ChangeMcpServer = z.output<typeof changeMcpServer>;

function kept(name: z.ZodType<string, string>, value: z.ZodType<string>) {
  return z
    .record(name, value.nullable())
    .refine((map) => Object.keys(map).length <= 64, "has too many entries")
    .default({});
}

export const callMcpTool = z.strictObject({
  name: z.string().min(1).max(256),
  arguments: z.record(z.string(), z.unknown()).default({}),
  /** Made up by the caller: progress of the call is sent to the server's room under it. */
  progressId: z
    .string()
    .regex(/^[\w-]{1,64}$/)
    .optional(),
});

export interface McpTool {
  name: string;
  title?: string;
  description?: string;
  /** JSON Schema of the arguments, as the server gave it. */
  inputSchema: Record<string, unknown>;
  /** What is wrong with the server's description of it, in one sentence. It can be called all the same. */
  problem?: string;
}

/** A registered server. Values of env and headers are write-only: only their names come back. */
export interface McpServer {
  id: string;
  name: string;
  transport:
    | { type: "stdio"; command: string; args: string[]; envNames: string[] }
    | { type: "http"; url: string; headerNames: string[] };
  status: McpServerStatus;
  /** Why it failed, in one sentence. */
  message: string | null;
  serverInfo: { name: string; version: string } | null;
  /** ISO 8601. */
  createdAt: string;
}

import { join } from "node:path";
import process from "node:process";
import { listSettingNames, numberSettingNames } from "../../shared/protocol/setting-limits.ts";
import type { EnvironmentVariable, EnvironmentWay } from "../../shared/protocol/settings.ts";
import { type Config, configVariables } from "../../shared/server/config.ts";

/** Values that give access to something. */
const secrets: ReadonlySet<string> = new Set(["EMIT_TOKEN", "REDIS_URL", "OIDC_CLIENT_SECRET"]);
/** Read by the programs that start the services, or by the page alone. */
const hidden: ReadonlySet<string> = new Set(["VITE_API_URL", "VITE_WS_URL", "NODE_ENV"]);
const changeable: ReadonlySet<string> = new Set([...numberSettingNames, ...listSettingNames]);

/** The variables that only the environment sets, with the values in effect. Secrets are left out. */
export const environmentVariables = (config: Config): EnvironmentVariable[] =>
  configVariables
    .filter((name) => !changeable.has(name) && !hidden.has(name))
    .map((name) => {
      const isSecret = secrets.has(name);
      const value = config[name as keyof Config];
      return { name, value: isSecret ? null : format(value), isSet: config.setVariables.has(name), isSecret };
    });

const format = (value: unknown): string | null => {
  const text = Array.isArray(value) ? value.join(",") : String(value ?? "");
  return text === "" ? null : text;
};

/**
 * How the variables are changed where this server runs: with the command of an installation, in the settings file of a
 * copy of the project, or at the container.
 */
export function environmentWay(folder = join(import.meta.dirname, "../.."), pid = process.pid): EnvironmentWay {
  if (/\/opt\/ai-desktop\/releases\/[^/]+$/.test(folder)) return "installation";
  return pid === 1 ? "container" : "project";
}

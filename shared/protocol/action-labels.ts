import type { AuditActor } from "./account.ts";

/** How an action reads in a sentence. */
export interface ActionLabel {
  /** What somebody wants to do, in lower case: `restart`. The name of the target follows. */
  do: string;
  /** What somebody did: `restarted`. */
  done: string;
  /** After the name of the target. */
  after?: string;
  /** The target says nothing that the words do not say. */
  withoutTarget?: true;
}

const label = (infinitive: string, past: string, more: Omit<ActionLabel, "do" | "done"> = {}): ActionLabel => ({
  do: infinitive,
  done: past,
  ...more,
});
const alone = { withoutTarget: true } as const;

/** Every action that changes something, and what else the audit trail names, in words. A test compares it with the actions. */
const labels: Readonly<Record<string, ActionLabel>> = {
  "service:start": label("start", "started"),
  "service:stop": label("stop", "stopped"),
  "service:restart": label("restart", "restarted"),
  "service:pause": label("pause", "paused"),
  "service:unpause": label("resume", "resumed"),
  "service:kill": label("send a signal to", "sent a signal to"),
  "service:rename": label("rename", "renamed"),
  "service:recreate": label("recreate", "recreated"),
  "service:remove": label("remove", "removed"),
  "service:update": label("update", "updated"),
  "service:go-back": label("roll back", "rolled back"),
  "service:shell-open": label("open a shell in", "opened a shell in"),
  "service:shell-end": label("end a shell in", "ended a shell in"),
  "service:shell-close": label("close a shell in", "closed a shell in"),
  "update:check": label("check for updates of", "checked for updates of"),
  "image:pull": label("pull", "pulled"),
  "image:tag": label("tag", "tagged"),
  "image:remove": label("remove the image", "removed the image"),
  "registry:login": label("sign in to the registry", "signed in to the registry"),
  "registry:logout": label("sign out of the registry", "signed out of the registry"),
  "volume:create": label("create the volume", "created the volume"),
  "volume:remove": label("remove the volume", "removed the volume"),
  "network:create": label("create the network", "created the network"),
  "network:remove": label("remove the network", "removed the network"),
  "network:connect": label("connect a container to", "connected a container to"),
  "network:disconnect": label("disconnect a container from", "disconnected a container from"),
  "disk:prune": label("clean up", "cleaned up"),
  "stack:create": label("create the stack", "created the stack"),
  "stack:look-for-compose": label("detect Docker Compose", "detected Docker Compose", alone),
  "stack:write": label("save a file of", "saved a file of"),
  "stack:choose-version": label("resolve an interrupted save of", "resolved an interrupted save of"),
  "stack:variables": label("change variables of", "changed variables of"),
  "stack:up": label("deploy", "deployed"),
  "stack:down": label("remove the containers of", "removed the containers of"),
  "stack:name-folder": label("name the folder of", "named the folder of"),
  "stack:forget-folder": label("forget the folder of", "forgot the folder of"),
  "stack:start": label("start", "started"),
  "stack:stop": label("stop", "stopped"),
  "stack:restart": label("restart", "restarted"),
  "stack:pull": label("pull the images of", "pulled the images of"),
  "stack:remove": label("delete the stack", "deleted the stack"),
  "catalogue:install": label("install", "installed"),
  "catalogue:claim-credentials": label("read new credentials", "read new credentials", alone),
  "deployment:create": label("create", "created"),
  "deployment:start": label("start", "started"),
  "deployment:stop": label("stop", "stopped"),
  "deployment:restart": label("restart", "restarted"),
  "deployment:reload": label("reload", "reloaded"),
  "deployment:scale": label("change the instances of", "changed the instances of"),
  "deployment:reset": label("reset the counts of", "reset the counts of"),
  "deployment:signal": label("send a signal to", "sent a signal to"),
  "deployment:trigger": label("run a custom action of", "ran a custom action of"),
  "process-list:save": label("save the list of", "saved the list of"),
  "deployment:flush": label("empty the logs of", "emptied the logs of"),
  "deployment:rotation": label("change the log rotation of", "changed the log rotation of"),
  "deployment:rotate": label("rotate the logs of", "rotated the logs of"),
  "deployment:remove": label("remove", "removed", { after: "from PM2" }),
  "mcp:create": label("register the MCP server", "registered the MCP server"),
  "mcp:import": label("import MCP servers:", "imported MCP servers:"),
  "mcp:change": label("change the MCP server", "changed the MCP server"),
  "mcp:remove": label("remove the MCP server", "removed the MCP server"),
  "mcp:start": label("start the MCP server", "started the MCP server"),
  "mcp:stop": label("stop the MCP server", "stopped the MCP server"),
  "mcp:restart": label("restart the MCP server", "restarted the MCP server"),
  "mcp:supervise": label("change the limits of the MCP server", "changed the limits of the MCP server"),
  "mcp:update": label("update the program of the MCP server", "updated the program of the MCP server"),
  "mcp:sign-in": label("begin to sign in to the MCP server", "began to sign in to the MCP server"),
  "mcp:finish-sign-in": label("sign in to the MCP server", "signed in to the MCP server"),
  "mcp:sign-out": label("sign out of the MCP server", "signed out of the MCP server"),
  "mcp:call-tool": label("call the tool", "called the tool"),
  "mcp:read-resource": label("read the resource", "read the resource"),
  "mcp:get-prompt": label("get the prompt", "got the prompt"),
  "mcp:send": label("send the request", "sent the request"),
  "mcp:subscribe": label("follow the resource", "followed the resource"),
  "mcp:unsubscribe": label("stop following the resource", "stopped following the resource"),
  "mcp:set-roots": label("change the roots of", "changed the roots of"),
  "mcp:set-log-level": label("change the log level of", "changed the log level of"),
  "mcp:answer-request": label("send the", "sent the"),
  "mcp:diagnose": label("examine the MCP server", "examined the MCP server"),
  "mcp:clear-wire": label("clear the recorded messages of", "cleared the recorded messages of"),
  "mcp:save-call": label("save the call", "saved the call"),
  "mcp:change-call": label("change the saved call", "changed the saved call"),
  "mcp:remove-call": label("remove the saved", "removed the saved"),
  "mcp:check-call": label("check the saved", "checked the saved"),
  "mcp:import-calls": label("import saved calls of", "imported saved calls of"),
  "mcp:open-app": label("open the app", "opened the app"),
  "mcp:check-calls": label("check the saved calls of", "checked the saved calls of"),
  "mcp-gateway:change": label("change the settings of", "changed the settings of"),
  "mcp-gateway:change-server": label("change what the gateway exposes of", "changed what the gateway exposes of"),
  "mcp-gateway:change-client": label("change the servers of the API key", "changed the servers of the API key"),
  "mcp-gateway:end-sessions": label("end the MCP sessions of the API key", "ended the MCP sessions of the API key"),
  "mcp-gateway:stop-call": label("stop the MCP call", "stopped the MCP call"),
  "alert:heal": label("restart", "restarted", { after: "for an alert rule" }),
  "alert:acknowledge": label("acknowledge", "acknowledged"),
  "alert:give-back": label("unacknowledge", "unacknowledged"),
  "alert:silence": label("silence", "silenced"),
  "alert-rule:create": label("create the alert rule", "created the alert rule"),
  "alert-rule:change": label("change the alert rule", "changed the alert rule"),
  "alert-rule:remove": label("remove the alert rule", "removed the alert rule"),
  "alert-channel:create": label("create the channel", "created the channel"),
  "alert-channel:change": label("change the channel", "changed the channel"),
  "alert-channel:remove": label("remove the channel", "removed the channel"),
  "alert-channel:test": label("test the channel", "tested the channel"),
  "alert-channel:default": label("set the default channel to", "set the default channel to"),
  "getting-started:change": label("change the list of first steps", "changed the list of first steps", alone),
  "file:write": label("save", "saved"),
  "file:upload": label("upload", "uploaded"),
  "file:rename": label("rename", "renamed"),
  "file:remove": label("delete", "deleted"),
  "file:create-folder": label("create the folder", "created the folder"),
  "file:choose-version": label("resolve an interrupted save of", "resolved an interrupted save of"),
  "job:cancel": label("cancel", "cancelled"),
  "activity:undo": label("undo the last change of", "undid the last change of"),
  "activity:gap": label("keep a complete record", "did not keep a complete record", alone),
  "setting:change": label("change the setting", "changed the setting"),
  "setting:change-list": label("change the list", "changed the list"),
  "user:create": label("create the user", "created the user"),
  "user:change": label("change the user", "changed the user"),
  "user:remove": label("remove the user", "removed the user"),
  "user:revoke-sessions": label("end all sessions of", "ended all sessions of"),
  "key:create": label("create the API key", "created the API key"),
  "key:revoke": label("revoke the API key", "revoked the API key"),
  "account:password": label("change the own password", "changed the own password", alone),
  "account:totp-begin": label("set up a second factor", "began to set up a second factor", alone),
  "account:totp-confirm": label("turn on a second factor", "turned on a second factor", alone),
  "account:totp-remove": label("turn off the second factor", "turned off the second factor", alone),
  "account:passkey-add": label("add a passkey", "added a passkey", alone),
  "account:passkey-rename": label("rename a passkey", "renamed a passkey", alone),
  "account:passkey-remove": label("remove a passkey", "removed a passkey", alone),
  "session:login": label("sign in", "signed in", alone),
  "session:login-passkey": label("sign in with a passkey", "signed in with a passkey", alone),
  "session:login-oidc": label("sign in with OpenID", "signed in with OpenID", alone),
  "session:logout": label("sign out", "signed out", alone),
  "session:prove": label("confirm the identity", "confirmed the identity", alone),
  "session:revoke": label("end an own session", "ended an own session", alone),
  "setup:finish": label("set up the panel", "set up the panel", alone),
  // Refused before it was known what the request would do: the target is its method and path.
  ...Object.fromEntries(
    ["public", "stranger-or-signed-in", "signed-in", "session", "emit-token", "monitor", "unknown"].map((rule) => [
      rule,
      label("request", "requested"),
    ]),
  ),
};

/** Whether an action has words of its own. */
export const hasActionLabel = (action: string): boolean => Object.hasOwn(labels, action);

/** The words of an action; of one without words of its own, from its name. */
export function actionLabel(action: string): ActionLabel {
  if (Object.hasOwn(labels, action)) return labels[action] as ActionLabel;
  const verb = action.slice(action.indexOf(":") + 1).replaceAll("-", " ");
  return { do: verb, done: `did ${verb}` };
}

/** `restart web`, `restarted web`. @param target as it may be shown */
export function actionPhrase(action: string, target: string, form: "do" | "done"): string {
  const { [form]: words, after, withoutTarget } = actionLabel(action);
  return [words, !withoutTarget && target, after].filter(Boolean).join(" ");
}

/** Who acted, in a word or two. */
export function actorName({ kind, name }: Pick<AuditActor, "kind" | "name">): string {
  if (kind === "system") return name || "The server";
  if (kind === "anonymous") return name || "Somebody";
  if (kind === "key") return `${name} (API key)`;
  return name || kind;
}

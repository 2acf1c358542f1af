import { z } from "zod";
import type { ShellExec } from "../../shared/docker/exec.ts";
import type { Principal } from "../../shared/protocol/access.ts";
import { containerRef } from "../../shared/protocol/identifier.ts";
import { ok } from "../../shared/protocol/result.ts";
import { openShellBody, type Shell, shellId, shellSchema } from "../../shared/protocol/shell.ts";
import { AppError } from "../../shared/server/errors.ts";
import { nameOfPrincipal } from "../access/identity/principal-name.ts";
import type { ApiDeps } from "../deps.ts";
import { callerOf } from "../http/concurrency-limit.ts";
import { createRoutes } from "../http/context.ts";
import { described } from "../http/openapi.ts";
import { validated } from "../http/validate.ts";
import { createServiceAccess } from "../services/service-access.ts";
import { messages } from "./messages.ts";
import { createPendingShells } from "./pending-shells.ts";

const tag = "Containers";
const params = z.object({ id: containerRef.describe("Full id or exact name of the container.") });
const shellParams = params.extend({ shell: shellId });

/**
 * Shells in containers: opened, listed and ended here, and run by the realtime server (`shell:open` in `/services`). The
 * Engine itself remembers whose they are, so that a restart of either server forgets none.
 */
export function shellsRoutes({ docker, access, shellOwner }: Pick<ApiDeps, "docker" | "access" | "shellOwner">) {
  const pendingShells = createPendingShells(docker.exec);
  const { identify } = createServiceAccess({ docker });
  const isMine = ({ openedBy }: ShellExec, { kind, id }: Principal) => openedBy.kind === kind && openedBy.id === id;
  const toShell = (exec: ShellExec, principal: Principal): Shell => ({
    id: exec.id,
    command: exec.command,
    user: exec.user,
    mine: isMine(exec, principal),
    openedBy: { ...exec.openedBy, name: nameOfPrincipal(access, exec.openedBy) },
    openedAt: new Date(exec.openedAt).toISOString(),
  });

  return createRoutes()
    .get(
      "/:id/shells",
      described({
        tag,
        summary: "List the shells that are open in a container",
        answer: { shells: z.array(shellSchema) },
      }),
      validated("param", params),
      async (c) => {
        const container = await identify(c, c.req.valid("param").id);
        const shells = (await docker.exec.list(container.id)).filter(({ owner }) => owner === shellOwner);
        const principal = c.get("principal");
        shells.sort((one, other) => one.openedAt - other.openedAt);
        return c.json(ok({ shells: shells.map((exec) => toShell(exec, principal)) }));
      },
    )
    .post(
      "/:id/shells",
      described({
        tag,
        summary: "Create a shell in a container",
        answer: { shell: shellSchema },
        status: 201,
        description:
          "Starts when its creator attaches to it by `shell:open` in the namespace `/services`. At most 16 shells of one caller (429), and 128 in total (503), can wait for that.",
      }),
      validated("param", params),
      validated("json", openShellBody),
      async (c) => {
        const container = await identify(c, c.req.valid("param").id);
        const { command, user = "" } = c.req.valid("json");
        const principal = c.get("principal");
        if (!container.running) throw new AppError("conflict", messages.containerStopped);
        c.get("reauthorize")?.();
        const openedBy = { kind: principal.kind, id: principal.id };
        const wanted = { containerId: container.id, command, user, owner: shellOwner, openedBy };
        const exec = await pendingShells.make(wanted, callerOf(c));
        c.set("auditDetail", [`shell ${exec.id.slice(0, 12)}`, command, ...(user ? [`as ${user}`] : [])].join(", "));
        return c.json(ok({ shell: toShell(exec, principal) }), 201);
      },
    )
    .delete(
      "/:id/shells/:shell",
      described({ tag, summary: "End a shell of any caller" }),
      validated("param", shellParams),
      async (c) => {
        const { id, shell } = c.req.valid("param");
        const container = await identify(c, id);
        const exec = await docker.exec.inspect(shell);
        if (exec.containerId !== container.id || exec.owner !== shellOwner) {
          throw new AppError("not_found", messages.noSuchShell);
        }
        c.set("auditDetail", `shell ${shell.slice(0, 12)} of ${nameOfPrincipal(access, exec.openedBy)}`);
        await docker.exec.end(exec);
        return c.json(ok({}));
      },
    );
}

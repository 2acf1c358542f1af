import { randomBytes } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { AuditEntry } from "../../shared/protocol/account.ts";
import type { Job } from "../../shared/protocol/job.ts";
import type { StackDetail } from "../../shared/protocol/stack.ts";
import { removeProjects } from "../../shared/testing/compose-projects.ts";
import { testEngine } from "../../shared/testing/engine.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import { freePort } from "../../shared/testing/free-port.ts";
import { lacks } from "../../shared/testing/parts.ts";
import { startService } from "../../shared/testing/service-process.ts";
import { signIn } from "../../shared/testing/signed-in.ts";
import { tempFolder } from "../../shared/testing/temp-folder.ts";
import { asSoonAs } from "../testing/as-soon-as.ts";

const SERVICES = 4;
const ORIGIN = "http://127.0.0.1:3005";

test.skipIf(await lacks("docker", "compose", "linux"))(
  "an up that died with its server is reported as interrupted everywhere, and can be run again at once",
  async () => {
    const engine = testEngine();
    const folder = await tempFolder("killed-up");
    const name = `t${randomBytes(4).toString("hex")}-shop`;
    const dataDir = join(folder.path, "data");
    const stacks = join(folder.path, "stacks");
    await mkdir(join(stacks, name), { recursive: true });
    // Each waits for the one before it, so that the server is killed between two.
    const services = Array.from({ length: SERVICES }, (_, index) => [
      `  s${index}:`,
      "    image: busybox:local",
      "    network_mode: host",
      '    command: ["sh", "-c", "exec sleep 1000000"]',
      "    stop_grace_period: 0s",
      ...(index === 0 ? [] : [`    depends_on: [s${index - 1}]`]),
    ]);
    await writeFile(join(stacks, name, "compose.yaml"), ["services:", ...services.flat(), ""].join("\n"));
    const options = {
      port: await freePort(),
      env: {
        DATA_DIR: dataDir,
        STACKS_DIR: stacks,
        FILE_MANAGER_ROOT: folder.path,
        PM2_HOME: join(folder.path, "pm2"),
        DOCKER_HOST: engine.dockerHost,
        ALERTS_PAUSED: "1",
        STATS_INTERVAL: "0",
      },
    };
    const made = () =>
      engine.docker.listContainers({ all: true, filters: { label: [`com.docker.compose.project=${name}`] } });
    let api = await startService("api", options);
    try {
      const { ask } = await signIn({ apiUrl: api.url, dataDir, origin: ORIGIN });
      const { job } = await ask<{ job: Job }>("POST", `/api/stacks/${name}/up`, {});
      await asSoonAs(async () => (await made()).length > 0);
      api.signal("SIGKILL");
      await api.exited;
      api = await startService("api", options);
      // What Compose was about to do with the Engine may still come to its end.
      const count = (await made()).length;
      expect(count).toBeLessThan(SERVICES);

      expect((await ask<{ job: Job }>("GET", `/api/jobs/${job.id}`)).job).toMatchObject({ state: "interrupted" });
      const { entries } = await ask<{ entries: AuditEntry[] }>("GET", "/api/audit?action=stack:up");
      expect(entries.map(({ outcome }) => outcome)).toEqual(["interrupted"]);
      const interrupted = { verb: "up", startedAt: job.startedAt };
      const list = await ask<{ stacks: StackDetail[] }>("GET", "/api/stacks");
      expect(list.stacks.find((one) => one.name === name)).toMatchObject({ interrupted, lock: null, total: SERVICES });
      const { stack } = await ask<{ stack: StackDetail }>("GET", `/api/stacks/${name}`);
      expect(stack).toMatchObject({ interrupted, lock: null, total: SERVICES });
      expect([stack.state, stack.missing]).toEqual(["partial", SERVICES - (await made()).length]);

      const again = await ask<{ job: Job }>("POST", `/api/stacks/${name}/up`, {});
      await eventually(async () => {
        const { job: now } = await ask<{ job: Job }>("GET", `/api/jobs/${again.job.id}`);
        expect(now.state).toBe("succeeded");
      });
      const after = await ask<{ stack: StackDetail }>("GET", `/api/stacks/${name}`);
      expect(after.stack).toMatchObject({ interrupted: null, state: "running", running: SERVICES });
    } finally {
      await api.stop();
      await removeProjects(engine.docker, name);
      await folder.remove();
    }
  },
);

import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { testEngine } from "../../shared/testing/engine.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import { freePort } from "../../shared/testing/free-port.ts";
import { lacks } from "../../shared/testing/parts.ts";
import { type Receiver, startReceiver } from "../../shared/testing/peers/receiver.ts";
import { type ServiceProcess, startService } from "../../shared/testing/service-process.ts";
import { signIn } from "../../shared/testing/signed-in.ts";
import { type TempFolder, tempFolder } from "../../shared/testing/temp-folder.ts";

const engine = testEngine();
let folder: TempFolder;
let receiver: Receiver;
let api: ServiceProcess;

describe.skipIf(await lacks("docker"))("a killed API", () => {
  beforeAll(async () => {
    [folder, receiver] = await Promise.all([tempFolder("killed"), startReceiver()]);
  });
  afterAll(async () => {
    await api?.stop();
    receiver?.close();
    await engine.removeAll();
    await folder?.remove();
  });

  test("continues where it ended: sends the queue, reports crashes since then, and repeats nothing", async () => {
    const port = await freePort();
    const origin = "http://localhost:3005";
    const dataDir = join(folder.path, "data");
    const env = {
      DATA_DIR: dataDir,
      FILE_MANAGER_ROOT: folder.path,
      PM2_HOME: join(folder.path, "pm2"),
      DOCKER_HOST: engine.dockerHost,
      PUBLIC_ORIGIN: origin,
      WS_SERVER_URL: "http://127.0.0.1:9",
      ALERT_ALLOWED_HOSTS: `127.0.0.1:${receiver.port}`,
    };
    api = await startService("api", { env, port });
    const { ask } = await signIn({ apiUrl: api.url, dataDir, origin });
    const ill = await engine.run({ name: "ill", health: "false" });
    const crash = await engine.run({ name: "later", script: "while [ ! -e /tmp/end ]; do sleep 0.1; done; exit 7" });
    const settings = { type: "webhook", url: `${receiver.url}/` };
    const { channel } = await ask<{ channel: { id: string } }>("POST", "/api/alerts/channels", {
      name: "hook",
      settings,
    });
    receiver.answer.status = 500; // nothing is delivered before the kill
    const rule = (kind: string, name: string) => ({
      name: kind,
      condition: { kind },
      subjects: { names: [name] },
      channels: [channel.id],
    });
    await ask("POST", "/api/alerts/rules", rule("container-unhealthy", ill.name));
    await ask("POST", "/api/alerts/rules", rule("container-stopped", crash.name));
    await eventually(() => receiver.received.length > 0);
    api.signal("SIGKILL");
    await api.exited;
    const exec = await crash.container.exec({ Cmd: ["touch", "/tmp/end"] });
    await exec.start({ Detach: true });
    await crash.container.wait();

    receiver.answer.status = 200;
    receiver.received.splice(0);
    api = await startService("api", { env, port });
    const notified = () =>
      receiver.received.flatMap(
        ({ body }) => (JSON.parse(body) as { events: { kind: string; subject: { name: string } }[] }).events,
      );
    await eventually(() => notified().some(({ subject }) => subject.name === crash.name));
    const texts = notified().map(({ kind, subject }) => `${kind} ${subject.name}`);
    expect(texts.sort()).toEqual([`firing ${ill.name}`, `firing ${crash.name}`].sort());
  });
});

import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { useTempFolder } from "../../shared/testing/use-temp-folder.ts";
import { commandsFor } from "./commands.ts";
import { readHostSystem } from "./host-system.ts";

const folder = useTempFolder("host-system");

/** The commands for a machine with these files. */
async function commandsOf(name: string, files: Record<string, string>) {
  const root = `${join(folder.path, name)}/`;
  for (const [path, content] of Object.entries({ ".": "", ...files })) {
    if (path === ".") continue;
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  }
  const commands = commandsFor(await readHostSystem(root));
  return {
    docker: commands.installDocker(),
    compose: commands.installCompose(),
    start: commands.startDocker(),
    nginx: commands.installNginx(),
  };
}
const release = (text: string) => ({ "etc/os-release": text });
const systemd = { "run/systemd/system/x": "" };
const none = { docker: null, compose: null, start: null, nginx: null };

test("each known distribution gets the names of its own packages", async () => {
  expect(
    await commandsOf("debian", { ...release('PRETTY_NAME="Debian GNU/Linux 12"\nID=debian\n'), ...systemd }),
  ).toEqual({
    docker: "apt-get update && apt-get install -y docker.io",
    compose: "apt-get update && apt-get install -y docker-compose",
    start: "systemctl enable --now docker",
    nginx: "apt-get update && apt-get install -y nginx",
  });
  const mint = release('ID=linuxmint\nID_LIKE="ubuntu debian"\n');
  expect((await commandsOf("mint", mint)).compose).toBe("apt-get update && apt-get install -y docker-compose-v2");
  const fedora = await commandsOf("fedora", { ...release("ID=fedora\n"), ...systemd });
  expect(fedora.docker).toBe("dnf install -y moby-engine && systemctl enable --now docker");
});

test("Docker's own packages get Docker's own Compose", async () => {
  const files = { ...release("ID=debian\n"), "var/lib/dpkg/info/docker-ce.list": "" };
  expect((await commandsOf("docker-ce", files)).compose).toBe(
    "apt-get update && apt-get install -y docker-compose-plugin",
  );
});

test("a command that may not work is not shown", async () => {
  expect(await commandsOf("rocky", { ...release('ID="rocky"\nID_LIKE="rhel centos fedora"\n'), ...systemd })).toEqual(
    none,
  );
  expect(await commandsOf("nothing", {})).toEqual(none);
  // Without systemd nothing is known to start a service.
  expect((await commandsOf("bare", release("ID=debian\n"))).start).toBeNull();
  const alpine = { ...release("ID=alpine\n"), "run/openrc/softlevel": "" };
  const main = "https://mirror.example/v3.22/main\n";
  const off = { "etc/apk/repositories": `${main}#https://mirror.example/v3.22/community\n` };
  const on = { "etc/apk/repositories": `${main}https://mirror.example/v3.22/community\n` };
  expect(await commandsOf("alpine-off", { ...alpine, ...off })).toEqual(none);
  expect((await commandsOf("alpine", { ...alpine, ...on })).docker).toBe(
    "apk add docker && rc-update add docker && rc-service docker start",
  );
});

test("in a container there are no commands for the host", async () => {
  expect(await commandsOf("boxed", { ...release("ID=debian\n"), ...systemd, ".dockerenv": "" })).toEqual(none);
});

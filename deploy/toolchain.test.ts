import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { startChild } from "../shared/testing/child.ts";
import { eventually } from "../shared/testing/eventually.ts";
import { freePort } from "../shared/testing/free-port.ts";
import { hostPrograms } from "../shared/testing/host-programs.ts";
import { lacks } from "../shared/testing/parts.ts";
import {
  type Package,
  type TestRegistry,
  testRegistry,
  toolchainPackages,
} from "../shared/testing/peers/npm-registry.ts";
import { copyProject } from "../shared/testing/project-copy.ts";
import { projectFolder } from "../shared/testing/service-process.ts";
import { type TempFolder, tempFolder } from "../shared/testing/temp-folder.ts";

const run = promisify(execFile);
const noNamespaces = await lacks("namespaces");

describe.skipIf(await lacks("bash", "linux", "curl"))("the toolchain, on a host without Node", () => {
  let folder: TempFolder;
  let project: string;
  let programs: string;
  const pins = toolchainPackages();
  const registries: TestRegistry[] = [];

  beforeAll(async () => {
    folder = await tempFolder("tool");
    project = join(folder.path, "project");
    await copyProject(project, "deploy", "package.json", "package-lock.json");
    pins.node = await pinSmallNode();
    programs = await hostPrograms(join(folder.path, "bin"));
  });
  afterAll(() => folder?.remove());
  beforeEach(async () => {
    for (const name of [".toolchain", ".npmrc", "home"])
      await rm(join(project, name), { recursive: true, force: true });
  });
  afterEach(async () => {
    for (const registry of registries.splice(0)) await registry.close();
  });

  /** A package that starts the project's Node. `dev-start.test.ts` uses the real package, which has 60 MB. */
  const pinSmallNode = async (): Promise<Package> => {
    const [parts, file] = [join(folder.path, "parts"), join(folder.path, "node.tgz")];
    await mkdir(join(parts, "package/bin"), { recursive: true });
    const own = join(projectFolder, "node_modules/.bin/node");
    await writeFile(join(parts, "package/bin/node"), `#!/bin/sh\nexec ${own} "$@"\n`, { mode: 0o755 });
    await writeFile(join(parts, "package/LICENSE"), "");
    await run("tar", ["-czf", file, "-C", parts, "package"]);
    const integrity = `sha512-${createHash("sha512")
      .update(await readFile(file))
      .digest("base64")}`;
    const lock = join(project, "package-lock.json");
    await writeFile(lock, (await readFile(lock, "utf8")).replace(pins.node.integrity, integrity));
    return { ...pins.node, integrity, file };
  };
  const serve = async (options?: Parameters<typeof testRegistry>[1]) => {
    const registry = await testRegistry([pins.node, pins.npm], options);
    registries.push(registry);
    return registry;
  };
  const environment = (env: Record<string, string>) => ({ PATH: programs, HOME: join(project, "home"), ...env });
  const bash = async (script: string, env: Record<string, string> = {}) => {
    const text = `set -euo pipefail; . deploy/lib/common.sh; . deploy/lib/toolchain.sh; ${script}`;
    try {
      const options = { cwd: project, env: environment(env) };
      const { stdout, stderr } = await run(join(programs, "bash"), ["--norc", "-c", text], options);
      return { code: 0, output: stdout + stderr };
    } catch (error) {
      const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
      return { code, output: stdout + stderr };
    }
  };
  const bring = "require_supported_machine; bring_toolchain; node --version; npm --version";
  /** Fetches only one archive, which is small and requested in the same way. */
  const fetchNpm = `mkdir -p home; fetch_archive npm "$NPM_VERSION" "$NPM_INTEGRITY" "" home; ls home/*.tgz`;
  const left = async () => (existsSync(join(project, ".toolchain")) ? await readdir(join(project, ".toolchain")) : []);

  test("is fetched once, belongs to its requester, and runs without a registry from then on", async () => {
    const registry = await serve();
    const whole = `v${pins.node.version}\n${pins.npm.version}\n`;
    const first = await bash(`umask 022; ${bring}`, { npm_config_registry: registry.url });
    expect(first).toEqual({ code: 0, output: expect.stringContaining(whole) });
    expect(registry.requests).toHaveLength(2);
    const foreign = 'find .toolchain ! -user "$(id -un)" -o ! -type l -perm /022';
    expect(await bash(foreign)).toEqual({ code: 0, output: "" });
    const again = await bash(bring, { npm_config_registry: "http://127.0.0.1:9" });
    expect(again).toEqual({ code: 0, output: whole });
  });

  test("runs with NODE_OPTIONS for another Node, and keeps valid options", async () => {
    const script = `${bring}; printf '%s\\n' "options: \${NODE_OPTIONS:-}"`;
    const registry = await serve();
    const foreign = await bash(script, { npm_config_registry: registry.url, NODE_OPTIONS: "--none-of-this-node" });
    expect(foreign).toMatchObject({ code: 0, output: expect.stringMatching(/^options: $/m) });
    expect(foreign.output).toContain("NODE_OPTIONS (--none-of-this-node) is not for the Node used here");
    const known = await bash(script, { NODE_OPTIONS: "--max-old-space-size=512" });
    expect(known).toMatchObject({ code: 0, output: expect.stringContaining("options: --max-old-space-size=512") });
  });

  // In WSL, the npm of Windows is in PATH: a script with Windows line ends, for a missing Node.
  test.each([
    ["does not run", "#!/bin/sh\r\ncase `uname` in\r\n esac\r\n"],
    ["does nothing", "#!/bin/sh\nexit 0\n"],
    ["brings something else", '#!/bin/sh\necho other >"npm-$(basename "$2" | cut -d @ -f 2).tgz"\n'],
  ])("is fetched where the host's npm %s", async (_what, text) => {
    const registry = await serve();
    const PATH = await hostPrograms(join(folder.path, "windows"));
    await writeFile(join(PATH, "npm"), text, { mode: 0o755 });
    expect(await bash(fetchNpm, { PATH, npm_config_registry: registry.url })).toMatchObject({ code: 0 });
    expect(registry.requests).toHaveLength(1);
  });

  test("is complete after a killed run, installed by one of two concurrent runs", async () => {
    const silent = await serve({ silent: true });
    const script = `. deploy/lib/common.sh; . deploy/lib/toolchain.sh; ${bring}`;
    const env = environment({ npm_config_registry: silent.url });
    const child = await startChild(join(programs, "bash"), ["--norc", "-c", script], { cwd: project, env });
    await eventually(() => silent.requests.length > 0);
    child.signal("SIGKILL");
    await child.exited;
    expect(await left()).toEqual(expect.arrayContaining([expect.stringMatching(/^part\./)]));
    const registry = await serve();
    const results = await Promise.all([1, 2].map(() => bash(bring, { npm_config_registry: registry.url })));
    for (const result of results) expect(result).toMatchObject({ code: 0, output: expect.stringContaining("v24") });
    expect(registry.requests).toHaveLength(2);
    expect((await left()).sort()).toEqual(["lock", `node-${pins.node.version}-npm-${pins.npm.version}`]);
  });

  test("is refused if the registry sends other bytes, and nothing remains", async () => {
    const registry = await serve({ tampered: true });
    const { code, output } = await bash(bring, { npm_config_registry: registry.url });
    expect({ code, output }).toMatchObject({ code: 1, output: expect.stringContaining("has another sha512") });
    expect(await left()).toEqual(["lock"]);
  });

  test("names the address that does not respond, and the setting to change", async () => {
    const address = `http://127.0.0.1:${await freePort()}`;
    const { code, output } = await bash(bring, { npm_config_registry: address });
    expect(code).toBe(1);
    expect(output).toContain(`${address}/${pins.node.name}/-/`);
    expect(output).toMatch(/cannot be fetched: curl: .*npm_config_registry/);
    expect(await left()).toEqual(["lock"]);
  });

  test.each(["curl", "tar", "gzip", "openssl"])(
    "reports that %s is missing before anything is created",
    async (name) => {
      const PATH = await hostPrograms(join(folder.path, "fewer"), [name]);
      const { code, output } = await bash(bring, { PATH, npm_config_registry: "http://127.0.0.1:9" });
      expect({ code, output }).toMatchObject({ code: 1, output: expect.stringContaining(`Missing: ${name}.`) });
      expect(await left()).toEqual([]);
    },
  );

  test.each([
    ["another processor", "uname", 'if [ "$1" = -m ]; then echo riscv64; else echo Linux; fi', "riscv64"],
    ["32 bits on a 64-bit processor", "getconf", "echo 32", "64-bit system"],
    ["musl", "ldd", "echo 'musl libc (x86_64)' >&2; exit 1", "container image"],
  ])("says what to do on a system with %s", async (_what, name, script, words) => {
    const PATH = await hostPrograms(join(folder.path, "other"), [name]);
    await writeFile(join(PATH, name), `#!/bin/bash\n${script}\n`);
    await chmod(join(PATH, name), 0o755);
    const { code, output } = await bash(bring, { PATH, npm_config_registry: "http://127.0.0.1:9" });
    expect({ code, output }).toMatchObject({ code: 1, output: expect.stringContaining(words) });
    expect(await left()).toEqual([]);
  });

  test.skipIf(noNamespaces)("reports why Node does not run on a disk that allows no programs", async () => {
    const registry = await serve();
    const script = `mkdir .toolchain; mount -t tmpfs -o noexec none .toolchain; . deploy/lib/common.sh; . deploy/lib/toolchain.sh; ${bring}`;
    const options = { cwd: project, env: environment({ npm_config_registry: registry.url }) };
    const failed = run("unshare", ["--mount", join(programs, "bash"), "--norc", "-c", script], options);
    await expect(failed).rejects.toMatchObject({
      stderr: expect.stringMatching(/does not run in .*Permission denied/),
    });
  });

  describe("uses the registry that npm would use", () => {
    const cases: [string, string, (url: string) => { file?: string; text?: string; env?: Record<string, string> }][] = [
      ["the environment", "", (url) => ({ env: { NPM_CONFIG_REGISTRY: `${url}/` } })],
      ["the project's npmrc", "", (url) => ({ file: ".npmrc", text: `; ours\n registry = "${url}/"\n` })],
      ["the user's npmrc", "", (url) => ({ file: "home/.npmrc", text: `registry=${url} # near\r\n` })],
      [
        "a user's npmrc elsewhere",
        "",
        (url) => ({ file: "home/mine", text: `registry=${url}`, env: { npm_config_userconfig: "home/mine" } }),
      ],
      [
        "the system's npmrc",
        "",
        (url) => ({ file: "home/global", text: `registry=${url}`, env: { npm_config_globalconfig: "home/global" } }),
      ],
      [
        "an npmrc that takes it from the environment",
        "",
        (url) => ({ file: ".npmrc", text: `registry=\${OUR_REGISTRY}\n`, env: { OUR_REGISTRY: url } }),
      ],
      [
        "an npmrc with a token of the environment",
        "Bearer s3cret",
        (url) => ({
          file: "home/.npmrc",
          text: `registry=${url}\n${url.slice(5)}/:_authToken=\${TOKEN}\n`,
          env: { TOKEN: "s3cret" },
        }),
      ],
      [
        "an npmrc with a log-in",
        `Basic ${Buffer.from("ann:pass").toString("base64")}`,
        (url) => ({
          file: "home/.npmrc",
          text: `registry=${url}\n${url.slice(5)}/:username=ann\n${url.slice(5)}/:_password=${Buffer.from("pass").toString("base64")}\n`,
        }),
      ],
      [
        "an npmrc with a log-in in one word",
        "Basic b25l",
        (url) => ({ file: "home/.npmrc", text: `registry=${url}\n${url.slice(5)}/:_auth="b25l"\n` }),
      ],
      [
        "an npmrc with a proxy",
        "",
        (url) => ({ file: ".npmrc", text: `registry=http://registry.test\nproxy=${url}\n` }),
      ],
      [
        "a proxy of the environment",
        "",
        (url) => ({ env: { npm_config_registry: "http://registry.test", http_proxy: url } }),
      ],
    ];
    test.each(cases)("by %s", async (_where, authorization, settings) => {
      const registry = await serve(authorization ? { authorization } : {});
      const { file, text = "", env = {} } = settings(registry.url);
      if (file) await bash(`mkdir -p "$(dirname ${file})"`).then(() => writeFile(join(project, file), text));
      const { code, output } = await bash(fetchNpm, env);
      expect({ code, output }).toMatchObject({ code: 0, output: expect.stringContaining(".tgz") });
      expect(registry.requests.map(({ path }) => path)).toEqual([`npm/-/npm-${pins.npm.version}.tgz`]);
    });

    test("by the address in the lock file, if no registry is configured", async () => {
      const registry = await serve();
      const address = `${registry.url}/npm/-/npm-${pins.npm.version}.tgz`;
      expect(await bash(fetchNpm.replace('""', address))).toMatchObject({ code: 0 });
    });

    test("sends credentials to no other registry", async () => {
      const registry = await serve();
      const text = `registry=${registry.url}\n//127.0.0.1:1/:_authToken=s3cret\n//registry.test/:_auth=b25l\n`;
      await writeFile(join(project, ".npmrc"), text);
      expect(await bash(fetchNpm)).toMatchObject({ code: 0 });
      expect(registry.requests).toMatchObject([{ authorization: undefined }]);
    });
  });

  test("trusts the certificate authorities configured for npm, and no others", async () => {
    const [key, cert] = [join(folder.path, "key.pem"), join(folder.path, "cert.pem")];
    const request = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
    const names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", cert];
    await run("openssl", [...request, ...names]);
    const tls = { key: await readFile(key, "utf8"), cert: await readFile(cert, "utf8") };
    const registry = await serve({ tls });
    const env = { npm_config_registry: registry.url };
    expect(await bash(fetchNpm, env)).toMatchObject({ code: 1, output: expect.stringContaining("certificate") });
    const told: Record<string, string>[] = [
      { NODE_EXTRA_CA_CERTS: cert },
      { npm_config_cafile: cert },
      { npm_config_strict_ssl: "false" },
    ];
    for (const more of told) {
      expect(await bash(`rm -rf home; ${fetchNpm}`, { ...env, ...more })).toMatchObject({ code: 0 });
    }
  });
});

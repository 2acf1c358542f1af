import { io } from "socket.io-client";
import { startBrowser } from "../../shared/testing/browser.ts";
import { DOCKER_SOCKET, findChromium } from "../../shared/testing/parts.ts";
import { type SocketProxy, startSocketProxy } from "../../shared/testing/peers/socket-proxy.ts";
import { type SignedIn, signIn } from "../../shared/testing/signed-in.ts";
import { type Stack, startStack } from "../../shared/testing/stack.ts";
import type { Load } from "../load/control.ts";
import type { BenchOptions } from "../options.ts";
import type { Row } from "../report.ts";
import { median } from "../statistics.ts";

const hasPage = findChromium() !== undefined;

/** Times promised by the documents, in seconds. They are measured here, since tests do not measure time. */
export async function* promises(_load: Load, { repetitions }: BenchOptions): AsyncGenerator<Row> {
  const cuts: number[] = [];
  const answers: number[] = [];
  const pages: number[] = [];
  const stops: number[] = [];
  for (let repetition = 0; repetition < repetitions; repetition++) {
    const proxy = await startSocketProxy(DOCKER_SOCKET);
    const env = { NODE_ENV: "production", LOG_LEVEL: "warn", DOCKER_HOST: `unix://${proxy.path}` };
    const stack = await startStack({ web: hasPage, env });
    try {
      const admin = await signIn({ apiUrl: stack.api.url, dataDir: stack.dataDir, origin: stack.origin });
      if (hasPage) pages.push(await untilPageIsLive(stack, admin));
      answers.push(await untilHungEngineIsAnswered(proxy, stack, admin));
      cuts.push(await untilSocketIsCut(stack, admin));
      stops.push(await timeOf(() => stack.stop()));
    } finally {
      await stack.stop();
      await proxy.close();
    }
  }
  if (hasPage) yield row("the page, from its address to live metrics", pages, 2);
  yield row("response about the images of a hanging Engine", answers, 5);
  yield row("disconnection after a key was revoked", cuts, 1);
  yield row("SIGTERM to the end of the servers", stops, 5);
}

function row(what: string, times: number[], atMost: number): Row {
  const value = median(times);
  return { what, metrics: { s: value }, bounds: { [`${what}, s`]: { value, atMost } } };
}

async function timeOf(act: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await act();
  return (performance.now() - began) / 1_000;
}

async function untilPageIsLive({ origin }: Stack, { cookie }: SignedIn): Promise<number> {
  const browser = await startBrowser();
  try {
    const { page, context } = await browser.open();
    const [name = "", value = ""] = cookie.split(/=(.*)/s);
    await context.addCookies([{ name, value, url: origin, httpOnly: true, sameSite: "Strict" }]);
    return await timeOf(async () => {
      await page.goto(origin);
      await page.getByText("Live", { exact: true }).waitFor();
    });
  } finally {
    await browser.close();
  }
}

async function untilHungEngineIsAnswered(proxy: SocketProxy, { api }: Stack, { cookie, origin }: SignedIn) {
  proxy.hang();
  try {
    return await timeOf(async () => {
      const answer = await fetch(`${api.url}/api/images`, { headers: { Cookie: cookie, Origin: origin } });
      await answer.arrayBuffer();
      if (answer.status !== 503) throw new Error(`a hanging Engine causes status ${answer.status}`);
    });
  } finally {
    proxy.resume();
  }
}

async function untilSocketIsCut({ realtime }: Stack, admin: SignedIn): Promise<number> {
  const token = await admin.makeKey();
  const socket = io(`${realtime.url}/system`, { auth: { token }, transports: ["websocket"], reconnection: false });
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("connect_error", reject);
  });
  const { keys } = await admin.ask<{ keys: { id: string }[] }>("GET", "/api/keys");
  const cut = new Promise((resolve) => socket.once("disconnect", resolve));
  return await timeOf(async () => {
    await admin.ask("DELETE", `/api/keys/${keys[0]?.id}`);
    await cut;
  });
}

import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { homedir } from "node:os";
import {
  deserializeMessage,
  type JSONRPCMessage,
  serializeMessage,
  type Transport,
} from "@modelcontextprotocol/client";
import { withTimeout } from "../../../shared/server/async/with-timeout.ts";
import { createLineReader } from "../../../shared/server/line-reader.ts";
import { signalGroup } from "../../../shared/server/process-group.ts";
import { MAX_LINE, type McpLogFeed } from "../host/log-feed.ts";
import { childEnvironment } from "./child-environment.ts";
import { createOwnedTree, type OwnedTree } from "./owned-tree.ts";
import { type ProcessRegister, RUN_VARIABLE } from "./process-register.ts";

/** Longest message of a server. One that sends more without a line end is ended. */
const MESSAGE_MAX = 16 * 1024 * 1024;
/** Time for a server to end after its input is closed, and then after SIGTERM. */
const CLOSE_MS = 500;
const TERMINATE_MS = 2_000;

export interface StdioTransportOptions {
  command: string;
  args: readonly string[];
  env: Readonly<Record<string, string>>;
  /** Folders that are searched for programs before those of PATH. */
  path?: readonly string[] | undefined;
  log: McpLogFeed;
  register: ProcessRegister;
  /** Called when the process runs, and with null when it and all it started have ended. */
  onProcess?: ((tree: OwnedTree | null) => void) | undefined;
}

export interface StdioTransport extends Transport {
  /** With these two the client takes silence on a probe for an older server. */
  readonly pid: number | null;
  readonly stderr: null;
  /** Why the process ended by itself; undefined while it runs, and where `close` ended it. */
  ending(): string | undefined;
}

/**
 * Connects to a server that is a local process: started without a shell, with PATH, HOME and LANG of this environment only.
 * It ends with everything it started, processes that left its group included. Long because start, streams and end share the
 * one child process.
 */
export function createStdioTransport(options: StdioTransportOptions): StdioTransport {
  const { command, args, env, path, log, register, onProcess } = options;
  let child: ChildProcessWithoutNullStreams | undefined;
  let tree: OwnedTree | undefined;
  let treeEnded: Promise<void> | undefined;
  let exited: Promise<unknown> | undefined;
  let ending: string | undefined;
  /** `close` was called. */
  let closing = false;
  /** It had closed a pipe by then: it ends by itself, and its exit code says why. */
  let leaving = false;
  const isOver = () => closing || ending !== undefined;

  const transport: StdioTransport = {
    get pid() {
      return child?.pid ?? null;
    },
    stderr: null,
    ending: () => ending,

    async start() {
      const run = randomUUID();
      const own = spawn(command, [...args], {
        cwd: homedir(),
        env: { ...childEnvironment(env, path), [RUN_VARIABLE]: run },
        shell: false,
        detached: true,
        stdio: ["pipe", "pipe", "pipe"],
        windowsHide: true,
      });
      exited = new Promise((resolve) => {
        own.once("exit", resolve);
        own.once("error", resolve);
      });
      try {
        await once(own, "spawn");
      } catch (error) {
        ending = "it could not be started";
        throw error;
      }
      child = own;
      const pid = own.pid ?? 0;
      register.add(pid, run);
      const owned = createOwnedTree(pid, `${RUN_VARIABLE}=${run}`);
      tree = owned;
      onProcess?.(owned);
      own.on("error", (error) => transport.onerror?.(error));
      own.once("exit", (code, signal) => {
        if (!closing || leaving) ending ??= signal === null ? `it ended with exit code ${code}` : endedBy(signal);
        signalGroup(pid, "SIGKILL"); // child processes that it left behind
        treeEnded = owned.kill().finally(() => {
          register.remove(pid);
          onProcess?.(null);
        });
      });
      void reportEnd(own, exited);
      readMessages(own);
      readErrors(own);
    },

    async send(message) {
      if (!child || isOver()) throw new Error("The server is not running.");
      if (!child.stdin.write(serializeMessage(message))) await Promise.race([once(child.stdin, "drain"), exited]);
    },

    async close() {
      if (!child || !exited) return;
      const own = child;
      const pid = own.pid ?? 0;
      if (!closing) leaving = own.stdin.destroyed || own.stdout.readableEnded;
      closing = true;
      own.stdin.end();
      if (
        !(await withTimeout(
          exited.then(() => true),
          CLOSE_MS,
          () => false,
        ))
      ) {
        await tree?.find();
        leaving = false;
        signalGroup(pid, "SIGTERM");
        tree?.signalOthers("SIGTERM");
        if (
          !(await withTimeout(
            exited.then(() => true),
            TERMINATE_MS,
            () => false,
          ))
        )
          signalGroup(pid, "SIGKILL");
        await exited;
      }
      await treeEnded;
      own.stdout.destroy();
      own.stderr.destroy();
    },
  };

  /** Called when the process has ended and its output is read. A process outside the group may hold the pipe open. */
  const reportEnd = async (own: ChildProcessWithoutNullStreams, exit: Promise<unknown>) => {
    const closed = new Promise((resolve) => own.stdout.once("close", resolve));
    await Promise.race([exit, closed]);
    if (
      !(await withTimeout(
        exit.then(() => true),
        CLOSE_MS,
        () => false,
      ))
    ) {
      if (!closing) ending ??= "it closed its output";
      await transport.close();
    }
    if (
      !(await withTimeout(
        closed.then(() => true),
        CLOSE_MS,
        () => false,
      ))
    )
      own.stdout.destroy();
    transport.onclose?.();
  };

  const readMessages = (own: ChildProcessWithoutNullStreams) => {
    const lines = createLineReader(
      MESSAGE_MAX,
      (line) => {
        if (isOver() || line === "") return;
        let message: JSONRPCMessage;
        try {
          message = deserializeMessage(line);
        } catch {
          log.add("stderr", "warning", `Not a message: ${line.slice(0, 500)}`);
          return;
        }
        try {
          transport.onmessage?.(message);
        } catch (error) {
          // One odd message must not end the process: nothing above catches what a reader of a pipe throws.
          transport.onerror?.(error instanceof Error ? error : new Error("a message could not be handled"));
        }
      },
      () => {
        ending = "it sent a message without an end";
        void transport.close();
      },
    );
    own.stdout.on("data", (chunk: Buffer) => lines.push(chunk));
    own.stdin.on("error", (error) => transport.onerror?.(error));
    own.stdout.on("error", (error) => transport.onerror?.(error));
  };

  const readErrors = (own: ChildProcessWithoutNullStreams) => {
    let full = false;
    const lines = createLineReader(MAX_LINE * 4, (line) => {
      if (!log.add("stderr", "info", line)) full = true;
    });
    // A server that writes faster than this reads has to wait, so that nothing accumulates here.
    log.onReady(() => {
      full = false;
      own.stderr.resume();
    });
    own.stderr.on("data", (chunk: Buffer) => {
      lines.push(chunk);
      if (full) own.stderr.pause();
    });
    own.stderr.once("end", () => lines.end());
    own.stderr.on("error", (error) => transport.onerror?.(error));
  };

  return transport;
}

/** SIGKILL is what the kernel sends when memory runs out; nothing tells it from a kill by a person. */
const endedBy = (signal: NodeJS.Signals) =>
  signal === "SIGKILL" ? "it was ended by SIGKILL, as when memory runs out" : `it was ended by ${signal}`;

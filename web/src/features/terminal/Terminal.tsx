import { FitAddon } from "@xterm/addon-fit";
import { Terminal as Xterm } from "@xterm/xterm";
import "@xterm/xterm/css/xterm.css";
import { createEffect, on, onCleanup, onMount } from "solid-js";
import type { ShellEnd } from "../../../../shared/protocol/shell-limits.ts";
import { formatBytes } from "../../lib/format.ts";
import { useLive } from "../../lib/live-context.ts";
import { theme } from "../../lib/theme.ts";
import { toast } from "../../ui/toast.tsx";
import { withAllowedStyles } from "./allowed-styles.ts";
import { terminalTheme } from "./terminal-theme.ts";

export interface TerminalProps {
  container: { id: string; name: string };
  shellId: string;
  /** It is the one shown, and takes the keys. */
  active: boolean;
  label: string;
  onOver: (code: ShellEnd, exitCode: number | undefined) => void;
  onAttached: (attached: boolean) => void;
  onError: (message: string) => void;
}

/** Lines that can be scrolled back to. */
const SCROLLBACK_LINES = 5_000;
/** Sequences of the operating system's kind that a program may use: colours of the palette. No titles, no links, no clipboard. */
const refusedSequences = [0, 1, 2, 7, 8, 9, 50, 52, 99, 133, 633, 777, 1337];

/** One shell's screen. Loaded on demand: the terminal is heavier than the rest of the page. */
export default function Terminal(props: TerminalProps) {
  const { servicesWS } = useLive();
  let host!: HTMLDivElement;
  onMount(() => {
    const terminal = new Xterm({
      fontFamily: '"Geist Mono Variable", ui-monospace, monospace',
      fontSize: 13,
      lineHeight: 1.2,
      scrollback: SCROLLBACK_LINES,
      cursorBlink: false,
      screenReaderMode: false,
      allowProposedApi: false,
      theme: terminalTheme(theme.resolved()),
      linkHandler: null,
      minimumContrastRatio: 4.5,
    });
    const fit = new FitAddon();
    terminal.loadAddon(fit);
    for (const sequence of refusedSequences) terminal.parser.registerOscHandler(sequence, () => true);
    withAllowedStyles(() => terminal.open(host));
    fit.fit();

    // A terminal responds to queries in its input; the queries in replayed output were answered the first time.
    let replaying = 0;
    const shell = servicesWS.attachShell(
      { serviceId: props.container.id, containerName: props.container.name, shellId: props.shellId },
      { cols: terminal.cols, rows: terminal.rows },
      {
        onOutput(data, old, read) {
          if (old) replaying++;
          terminal.write(data, () => {
            if (old) replaying--;
            read();
          });
        },
        onGap: (bytes) => terminal.write(`\r\n\x1b[2m[${formatBytes(bytes)} of output are no longer held]\x1b[0m\r\n`),
        onClosed(code, exitCode) {
          terminal.options.disableStdin = true;
          props.onOver(code, exitCode);
        },
        onError: ({ message }) => props.onError(message),
        onAttached: (attached) => props.onAttached(attached),
      },
    );
    terminal.onData((text) => {
      if (replaying > 0) return;
      if (!shell.input(text)) toast.error("This is too much to paste at once.");
    });
    terminal.onResize(({ cols, rows }) => shell.resize(cols, rows));
    // Ctrl+Shift+C copies, as Ctrl+C is the program's; pasting by Ctrl+Shift+V or Ctrl+V is the browser's own.
    terminal.attachCustomKeyEventHandler((event) => {
      const isCopy = event.ctrlKey && event.shiftKey && event.code === "KeyC";
      if (isCopy && event.type === "keydown" && terminal.hasSelection()) {
        event.preventDefault();
        void navigator.clipboard?.writeText(terminal.getSelection());
        return false;
      }
      return !(event.ctrlKey && event.code === "KeyV") && !isCopy;
    });
    let frame = 0;
    const resized = new ResizeObserver(() => {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(() => host.clientHeight > 0 && fit.fit());
    });
    resized.observe(host);
    createEffect(
      on(theme.resolved, (scheme) => {
        terminal.options.theme = terminalTheme(scheme);
      }),
    );
    void document.fonts?.ready.then(() => fit.fit());
    createEffect(() => props.active && terminal.focus());
    onCleanup(() => {
      resized.disconnect();
      cancelAnimationFrame(frame);
      shell.detach();
      terminal.dispose();
    });
  });
  return <section class="terminal-screen" aria-label={props.label} ref={host} />;
}

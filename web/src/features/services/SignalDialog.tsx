import { createSignal } from "solid-js";
import type { Service } from "../../../../shared/protocol/service.ts";
import { type ContainerSignal, containerSignals } from "../../../../shared/protocol/service-choices.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import { Button, Dialog, Select } from "../../ui/index.ts";
import type { ServiceDeeds } from "./service-actions.ts";

const words: Record<ContainerSignal, string> = {
  SIGTERM: "SIGTERM: asks it to end",
  SIGKILL: "SIGKILL: ends it at once",
  SIGINT: "SIGINT: interrupts it, as Ctrl-C does",
  SIGQUIT: "SIGQUIT: ends it, some programs with a dump",
  SIGHUP: "SIGHUP: many programs read their settings again",
  SIGUSR1: "SIGUSR1: as the program has it",
  SIGUSR2: "SIGUSR2: as the program has it",
  SIGWINCH: "SIGWINCH: web servers end gracefully by it",
  SIGSTOP: "SIGSTOP: stands still",
  SIGCONT: "SIGCONT: goes on",
};

/** A signal to the main process of a container. */
export function SignalDialog(props: { service: Service; deeds: ServiceDeeds; onClose: () => void }) {
  const [signal, setSignal] = createSignal<ContainerSignal>("SIGHUP");
  const ends = () => ["SIGTERM", "SIGKILL", "SIGINT", "SIGQUIT"].includes(signal());
  return (
    <Dialog
      open
      title={`Send a signal to ${visibleName(props.service.name)}`}
      onClose={props.onClose}
      footer={
        <>
          <Button onClick={props.onClose}>Cancel</Button>
          <Button
            variant={ends() ? "danger" : "primary"}
            onClick={() => {
              props.onClose();
              void props.deeds.kill(props.service, signal());
            }}
          >
            Send {signal()}
          </Button>
        </>
      }
    >
      <Select
        label="Signal"
        value={signal()}
        onChange={setSignal}
        options={containerSignals.map((value) => ({ value, label: words[value] }))}
      />
    </Dialog>
  );
}

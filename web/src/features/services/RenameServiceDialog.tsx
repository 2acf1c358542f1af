import { createSignal } from "solid-js";
import type { Service } from "../../../../shared/protocol/service.ts";
import { visibleName } from "../../lib/terminal-text.ts";
import { Button, Dialog, TextField } from "../../ui/index.ts";
import type { ServiceDeeds } from "./service-actions.ts";

/** The Engine's own grammar of a name. */
const pattern = /^[a-zA-Z0-9][a-zA-Z0-9_.-]{1,254}$/;

/** Another name for a container. */
export function RenameServiceDialog(props: { service: Service; deeds: ServiceDeeds; onClose: () => void }) {
  const [name, setName] = createSignal(props.service.name);
  const ready = () => pattern.test(name()) && name() !== props.service.name;
  const submit = () => {
    if (!ready()) return;
    props.onClose();
    void props.deeds.rename(props.service, name());
  };
  return (
    <Dialog
      open
      title={`Rename ${visibleName(props.service.name)}`}
      onClose={props.onClose}
      footer={
        <>
          <Button onClick={props.onClose}>Cancel</Button>
          <Button variant="primary" disabled={!ready()} onClick={submit}>
            Rename
          </Button>
        </>
      }
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <TextField
          label="Name"
          value={name()}
          onInput={setName}
          error={
            name() === "" || pattern.test(name())
              ? null
              : "Letters, digits, _ . and -; it begins with a letter or digit."
          }
          hint="What finds it by its name, other containers and rules of alerts included, has to be told."
          maxLength={255}
          autocomplete="off"
          mono
          focus
        />
      </form>
    </Dialog>
  );
}

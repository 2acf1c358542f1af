import { createSignal } from "solid-js";
import type { PasskeyInfo } from "../../../../../shared/protocol/passkey.ts";
import { api } from "../../../lib/api.ts";
import { createPasskey } from "../../../lib/passkeys.ts";
import { queryKeys, useInvalidate } from "../../../lib/queries.ts";
import { FormDialog } from "../../../resource/FormDialog.tsx";
import { createSubmit } from "../../../resource/submit.ts";
import { Button, TextField, toast } from "../../../ui/index.ts";
import { accessMessages } from "../messages.ts";
import { describePasskeyFailure } from "../passkey-failure.ts";
import { browserName } from "./browser-name.ts";
import { RecoveryCodes } from "./RecoveryCodes.tsx";

const texts = accessMessages.passkeys;

/** Adds a passkey, or renames one. The first second factor of an account brings recovery codes, shown once. */
export function PasskeyDialog(props: { passkey: PasskeyInfo | null; onClose: () => void }) {
  const invalidate = useInvalidate();
  const [name, setName] = createSignal(props.passkey?.name ?? browserName(navigator.userAgent));
  const [codes, setCodes] = createSignal<readonly string[] | null>(null);

  /** Resolves with the recovery codes, or with null if there are no new ones. */
  const send = async (): Promise<readonly string[] | null> => {
    const typed = name().trim();
    if (props.passkey) {
      await api.account.renamePasskey(props.passkey.id, typed);
      return null;
    }
    const response = await createPasskey(await api.account.passkeyOptions());
    const { recoveryCodes } = await api.account.addPasskey({ name: typed, response });
    toast.success(texts.added);
    return recoveryCodes ?? null;
  };
  const submit = createSubmit({
    ready: () => name().trim() !== "",
    send,
    refetch: () => Promise.all([invalidate(queryKeys.account), invalidate(queryKeys.sessions)]),
    describe: (error) => describePasskeyFailure(error, "create"),
    onSent: (created) => (created ? setCodes(created) : props.onClose()),
  });
  const title = () => {
    if (codes()) return accessMessages.recovery.title;
    return props.passkey ? texts.renameTitle : texts.add;
  };

  return (
    <FormDialog
      title={title()}
      submit={submit}
      action={props.passkey ? texts.save : texts.continue}
      onClose={props.onClose}
      isSent={codes() !== null}
      shownOnce
      sentView={<RecoveryCodes codes={codes() ?? []} />}
      sentFooter={
        <Button variant="primary" onClick={props.onClose}>
          {accessMessages.recovery.done}
        </Button>
      }
    >
      <TextField
        label={texts.name}
        hint={texts.nameHint}
        value={name()}
        onInput={setName}
        maxLength={64}
        required
        focus
      />
    </FormDialog>
  );
}

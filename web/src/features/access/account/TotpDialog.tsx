import { createSignal } from "solid-js";
import { api } from "../../../lib/api.ts";
import { queryKeys, useInvalidate } from "../../../lib/queries.ts";
import { FormDialog } from "../../../resource/FormDialog.tsx";
import { createSubmit } from "../../../resource/submit.ts";
import { Button, CopyButton, TextField } from "../../../ui/index.ts";
import { accessMessages } from "../messages.ts";
import { QrCode } from "./QrCode.tsx";
import { RecoveryCodes } from "./RecoveryCodes.tsx";

const texts = accessMessages.totp;

/** A secret that the server has created and not yet confirmed. */
export interface TotpEnrolment {
  secret: string;
  /** The same as an `otpauth:` address, for the QR code. */
  uri: string;
}

/** Confirms a new authenticator by one of its codes, then shows the recovery codes once. */
export function TotpDialog(props: { enrolment: TotpEnrolment; onClose: () => void }) {
  const invalidate = useInvalidate();
  const [code, setCode] = createSignal("");
  const [recoveryCodes, setRecoveryCodes] = createSignal<readonly string[] | null>(null);
  const submit = createSubmit({
    send: () => api.account.confirmTotp(code().trim()),
    refetch: () => invalidate(queryKeys.account),
    onSent: setRecoveryCodes,
  });
  return (
    <FormDialog
      title={recoveryCodes() ? accessMessages.recovery.title : texts.scanTitle}
      wide={recoveryCodes() === null}
      submit={submit}
      action={texts.continue}
      onClose={props.onClose}
      isSent={recoveryCodes() !== null}
      shownOnce
      sentView={<RecoveryCodes codes={recoveryCodes() ?? []} />}
      sentFooter={
        <Button variant="primary" onClick={props.onClose}>
          {accessMessages.recovery.done}
        </Button>
      }
    >
      <div class="totp">
        <QrCode text={props.enrolment.uri} label={texts.qrCode} />
        <div class="form">
          <p>{texts.scan}</p>
          <div class="secret">
            <span>{props.enrolment.secret}</span>
            <CopyButton text={props.enrolment.secret} label={texts.copySecret} />
          </div>
          <TextField
            label={texts.code}
            value={code()}
            onInput={setCode}
            autocomplete="one-time-code"
            inputMode="numeric"
            maxLength={6}
            required
            focus
            mono
          />
        </div>
      </div>
    </FormDialog>
  );
}

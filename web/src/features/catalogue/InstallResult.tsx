import { A } from "@solidjs/router";
import ExternalLink from "lucide-solid/icons/external-link";
import KeyRound from "lucide-solid/icons/key-round";
import TriangleAlert from "lucide-solid/icons/triangle-alert";
import { createSignal, For, Show } from "solid-js";
import type { Credential } from "../../../../shared/protocol/catalogue.ts";
import type { Job } from "../../../../shared/protocol/job.ts";
import { catalogue } from "../../lib/api/catalogue.ts";
import { toMessage } from "../../lib/api.ts";
import { jobs } from "../../lib/jobs/jobs.ts";
import { Button, buttonClass, Callout, Card, CopyButton } from "../../ui/index.ts";
import { JobProgress } from "../jobs/JobProgress.tsx";

/** An installation on its way, and what to do with it afterwards. */
export function InstallResult(props: { job: Job; onAgain: () => void }) {
  const result = () => (props.job.state === "succeeded" ? props.job.result : null);
  const page = () => {
    const address = result()?.page;
    return typeof address === "string" && /^https?:\/\//.test(address) ? address : null;
  };
  return (
    <>
      <Card title="Installation">
        <JobProgress job={props.job} onCancel={() => void jobs.cancel(props.job.id)} />
        <Show when={props.job.state !== "running"}>
          <div class="row row-wrap catalogue-after">
            <Show when={result()}>
              <A class={buttonClass("primary")} href={`/services/${encodeURIComponent(props.job.target)}`}>
                Open the service
              </A>
            </Show>
            <Show when={page()}>{(address) => <PageLink address={address()} />}</Show>
            <Button onClick={props.onAgain}>{result() ? "Install another" : "Back to the form"}</Button>
          </div>
        </Show>
      </Card>
      <Show when={Number(result()?.credentials ?? 0) > 0}>
        <Credentials jobId={props.job.id} />
      </Show>
    </>
  );
}

/** Published on the server's own loopback, the page is elsewhere for a browser on another machine. */
function PageLink(props: { address: string }) {
  const url = () => new URL(props.address);
  const isHere = () => url().hostname !== "127.0.0.1" || ["127.0.0.1", "localhost"].includes(location.hostname);
  const tunnel = () => `ssh -L ${url().port}:127.0.0.1:${url().port} ${location.hostname}`;
  return (
    <Show
      when={isHere()}
      fallback={
        <span class="row field-hint">
          Its page is at {props.address} on the server: <code>{tunnel()}</code>
          <CopyButton label="Copy the command" text={tunnel()} />
        </span>
      }
    >
      <a class={buttonClass()} href={props.address} target="_blank" rel="noreferrer noopener">
        <ExternalLink size={15} /> Open its page
      </a>
    </Show>
  );
}

function Credentials(props: { jobId: string }) {
  const [credentials, setCredentials] = createSignal<readonly Credential[]>();
  const [problem, setProblem] = createSignal<string | null>(null);
  const [busy, setBusy] = createSignal(false);
  const show = async () => {
    setBusy(true);
    setProblem(null);
    try {
      setCredentials(await catalogue.credentials(props.jobId));
    } catch (error) {
      setProblem(toMessage(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Card title="Credentials">
      <Show when={problem()}>
        <Callout tone="bad">{problem()}</Callout>
      </Show>
      <Show
        when={credentials()}
        fallback={
          <div class="form">
            <p>They can be shown once, to you, within ten minutes. Have a password manager at hand.</p>
            <div>
              <Button variant="primary" icon={<KeyRound size={15} />} busy={busy()} onClick={() => void show()}>
                Show the credentials
              </Button>
            </div>
          </div>
        }
      >
        {(all) => (
          <>
            <Callout tone="warn" icon={<TriangleAlert size={15} />}>
              Keep these now: they are not shown again.
            </Callout>
            <dl class="facts catalogue-credentials">
              <For each={all()}>
                {({ label, value }) => (
                  <>
                    <dt>{label}</dt>
                    <dd class="row">
                      <code>{value}</code>
                      <CopyButton label={`Copy: ${label}`} text={value} />
                    </dd>
                  </>
                )}
              </For>
            </dl>
          </>
        )}
      </Show>
    </Card>
  );
}

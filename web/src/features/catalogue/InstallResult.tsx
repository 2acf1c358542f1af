import { A } from "@solidjs/router";
import ExternalLink from "lucide-solid/icons/external-link";
import KeyRound from "lucide-solid/icons/key-round";
import TriangleAlert from "lucide-solid/icons/triangle-alert";
import { createSignal, For, Show } from "solid-js";
import type { Credential } from "../../../../shared/protocol/catalogue.ts";
import type { Job } from "../../../../shared/protocol/job.ts";
import { containerHref } from "../../lib/addresses.ts";
import { catalogue } from "../../lib/api/catalogue.ts";
import { useJobs } from "../../lib/jobs/jobs.ts";
import { createSubmit } from "../../resource/submit.ts";
import { Button, buttonClass, Callout, Card, CopyButton } from "../../ui/index.ts";
import { JobProgress } from "../jobs/JobProgress.tsx";
import { installMessages as texts } from "./messages.ts";

/** The progress of an installation, and links to the result. */
export function InstallResult(props: { job: Job; onAgain: () => void }) {
  const jobs = useJobs();
  const result = () => (props.job.state === "succeeded" ? props.job.result : null);
  const page = () => {
    const address = result()?.page;
    return typeof address === "string" && /^https?:\/\//.test(address) ? address : null;
  };
  return (
    <>
      <Card title={texts.title}>
        <JobProgress job={props.job} onCancel={() => void jobs.cancel(props.job.id)} />
        <Show when={props.job.state !== "running"}>
          <div class="row row-wrap catalogue-after">
            <Show when={result()}>
              <A class={buttonClass("primary")} href={containerHref(props.job.target)}>
                {texts.open}
              </A>
            </Show>
            <Show when={page()}>{(address) => <PageLink address={address()} />}</Show>
            <Button onClick={props.onAgain}>{result() ? texts.again : texts.back}</Button>
          </div>
        </Show>
      </Card>
      <Show when={Number(result()?.credentials ?? 0) > 0}>
        <Credentials jobId={props.job.id} />
      </Show>
    </>
  );
}

/** Link to the page of the service; a tunnel command if it listens on the loopback of another machine. */
function PageLink(props: { address: string }) {
  const url = () => new URL(props.address);
  const isHere = () => url().hostname !== "127.0.0.1" || ["127.0.0.1", "localhost"].includes(location.hostname);
  const tunnel = () => `ssh -L ${url().port}:127.0.0.1:${url().port} ${location.hostname}`;
  return (
    <Show
      when={isHere()}
      fallback={
        <span class="row field-hint">
          {texts.pageOnServer(props.address)} <code>{tunnel()}</code>
          <CopyButton label={texts.copyCommand} text={tunnel()} />
        </span>
      }
    >
      <a class={buttonClass()} href={props.address} target="_blank" rel="noreferrer noopener">
        <ExternalLink size={15} /> {texts.openPage}
      </a>
    </Show>
  );
}

function Credentials(props: { jobId: string }) {
  const [credentials, setCredentials] = createSignal<readonly Credential[]>();
  const show = createSubmit({ send: () => catalogue.credentials(props.jobId), onSent: setCredentials });
  return (
    <Card title={texts.credentials}>
      <Show when={show.problem()}>
        <Callout tone="bad">{show.problem()}</Callout>
      </Show>
      <Show
        when={credentials()}
        fallback={
          <div class="form">
            <p>{texts.credentialsHint}</p>
            <div>
              <Button
                variant="primary"
                icon={<KeyRound size={15} />}
                busy={show.busy()}
                onClick={() => void show.submit()}
              >
                {texts.showCredentials}
              </Button>
            </div>
          </div>
        }
      >
        {(all) => (
          <>
            <Callout tone="warn" icon={<TriangleAlert size={15} />}>
              {texts.keepNow}
            </Callout>
            <dl class="facts catalogue-credentials">
              <For each={all()}>
                {({ label, value }) => (
                  <>
                    <dt>{label}</dt>
                    <dd class="row">
                      <code>{value}</code>
                      <CopyButton label={texts.copyOne(label)} text={value} />
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

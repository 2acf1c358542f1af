import ListChecks from "lucide-solid/icons/list-checks";
import { createSignal, lazy, onCleanup, Show, Suspense } from "solid-js";
import { jobs } from "../../lib/jobs/jobs.ts";
import { toast } from "../../ui/toast.tsx";

const JobsPanel = lazy(() => import("./JobsPanel.tsx"));

/** Long actions that run: how many, whether one failed, and all of them on a click. */
export function JobsTray() {
  const [button, setButton] = createSignal<HTMLButtonElement>();
  const [open, setOpen] = createSignal(false);
  onCleanup(jobs.start());
  onCleanup(
    jobs.whenEnded((job, mine) => {
      if (!mine) return;
      void import("./job-labels.ts").then(({ jobEnd }) => {
        if (job.state === "failed") toast.error(jobEnd(job), job.error?.detail);
        else if (job.state === "cancelled") toast.info(jobEnd(job));
        else toast.success(jobEnd(job));
      });
    }),
  );
  const running = () => jobs.running().length;
  const failed = () => jobs.unseen().size;
  const label = () =>
    ["Jobs", running() > 0 && `${running()} running`, failed() > 0 && `${failed()} failed`].filter(Boolean).join(", ");
  return (
    <>
      <button
        ref={setButton}
        type="button"
        class="button button-ghost jobs-button"
        classList={{ "button-icon": running() === 0 }}
        aria-label={label()}
        title={label()}
        aria-expanded={open()}
        aria-haspopup="dialog"
        onClick={() => setOpen((was) => !was)}
      >
        <Show when={running() > 0} fallback={<ListChecks size={16} />}>
          <span class="spinner" />
          <span class="num">{running()}</span>
        </Show>
        <Show when={failed() > 0}>
          <span class="nav-alert" />
        </Show>
      </button>
      <Show when={open()}>
        <Suspense>
          <JobsPanel anchor={button()} onClose={() => setOpen(false)} />
        </Suspense>
      </Show>
    </>
  );
}

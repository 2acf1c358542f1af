import TriangleAlert from "lucide-solid/icons/triangle-alert";
import { createSignal } from "solid-js";
import { api } from "../../lib/api.ts";
import { queryKeys, useInvalidate } from "../../lib/queries.ts";
import { Button, Callout, toast } from "../../ui/index.ts";
import { composeMissingMessages as messages } from "./messages.ts";

/** Says that stacks are read-only without Docker Compose, and detects it again. */
export function ComposeMissing(props: { hint: string }) {
  const invalidate = useInvalidate();
  const [busy, setBusy] = createSignal(false);
  const detect = async () => {
    setBusy(true);
    try {
      const { installed, version } = await api.stacks.look();
      if (installed) toast.success(messages.found(version));
      else toast.info(messages.notFound);
      await invalidate(queryKeys.stacks);
    } catch (error) {
      toast.error(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Callout tone="warn" icon={<TriangleAlert size={15} />}>
      <div class="row row-wrap">
        <span class="grow">{messages.readOnly(props.hint)}</span>
        <Button size="sm" busy={busy()} onClick={() => void detect()}>
          {messages.checkAgain}
        </Button>
      </div>
    </Callout>
  );
}

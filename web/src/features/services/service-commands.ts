import Container from "lucide-solid/icons/container";
import { createMemo } from "solid-js";
import { useServices } from "../../lib/queries.ts";
import type { CommandSource } from "../../shell/commands.ts";

/** Opens each container by its name. */
export const createServiceCommands: CommandSource = (open) => {
  const services = useServices();
  return createMemo(() =>
    (services.data?.services ?? []).map(({ id, name }) => ({
      label: name,
      group: "Container",
      icon: Container,
      run: () => open(`/services/${encodeURIComponent(id)}`),
    })),
  );
};

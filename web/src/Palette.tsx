import { createAccessCommands } from "./features/access/access-commands.tsx";
import { createAlertCommands } from "./features/alerts/alert-commands.tsx";
import { createCatalogueCommands } from "./features/catalogue/catalogue-commands.ts";
import { createDeploymentCommands } from "./features/deployments/deployment-commands.tsx";
import { createDiskCommands } from "./features/disk/disk-commands.tsx";
import { createFileCommands } from "./features/files/file-commands.ts";
import { createImageCommands } from "./features/images/image-commands.tsx";
import { createMcpCommands } from "./features/mcp/mcp-commands.tsx";
import { createNetworkCommands } from "./features/networks/network-commands.tsx";
import { createServiceCommands } from "./features/services/service-commands.tsx";
import { createStackCommands } from "./features/stacks/stack-commands.tsx";
import { createVolumeCommands } from "./features/volumes/volume-commands.tsx";
import type { CommandSource, PaletteProps } from "./shell/commands.ts";
import { showDialog } from "./shell/DialogHost.tsx";
import { CommandPalette } from "./shell/palette/CommandPalette.tsx";

/** What the palette finds besides pages. */
const sources: readonly CommandSource[] = [
  createServiceCommands,
  createDeploymentCommands,
  createStackCommands,
  createMcpCommands,
  createFileCommands,
  createImageCommands,
  createVolumeCommands,
  createNetworkCommands,
  createDiskCommands,
  createCatalogueCommands,
  createAlertCommands,
  createAccessCommands,
];

/** The palette with the items of all features. Loaded when it is first opened. */
export default function Palette(props: PaletteProps) {
  return (
    <CommandPalette
      sources={sources}
      context={{ open: (href) => props.onNavigate(href), show: showDialog }}
      takeTyped={props.takeTyped}
      onClose={props.onClose}
    />
  );
}

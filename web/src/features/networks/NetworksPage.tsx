import { createAddressSelection } from "../../resource/address-selection.ts";
import { NetworksView } from "./NetworksView.tsx";

export default function NetworksPage() {
  const address = createAddressSelection("/networks");
  return <NetworksView selected={address.selected()} onSelect={address.select} />;
}

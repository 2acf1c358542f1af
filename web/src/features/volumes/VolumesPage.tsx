import { createAddressSelection } from "../../resource/address-selection.ts";
import { VolumesView } from "./VolumesView.tsx";

export default function VolumesPage() {
  const address = createAddressSelection("/volumes");
  return <VolumesView selected={address.selected()} onSelect={address.select} />;
}

import { createAddressSelection } from "../../resource/address-selection.ts";
import { ServicesView } from "./ServicesView.tsx";

export default function ServicesPage() {
  const address = createAddressSelection("/services");
  return <ServicesView selected={address.selected()} onSelect={address.select} onRename={address.rename} />;
}

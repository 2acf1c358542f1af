import { createAddressSelection } from "../../resource/address-selection.ts";
import { ImagesView } from "./ImagesView.tsx";

export default function ImagesPage() {
  const address = createAddressSelection("/images");
  return <ImagesView selected={address.selected()} onSelect={address.select} />;
}

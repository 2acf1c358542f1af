import { CatalogueView } from "./CatalogueView.tsx";

export default function CataloguePage() {
  return <CatalogueView />;
}

import { DiskView } from "./DiskView.tsx";

export default function DiskPage() {
  return <DiskView />;
}

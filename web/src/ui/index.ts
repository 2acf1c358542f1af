export { Badge, Status, StatusDot, type StatusDotProps, type Tone } from "./Badge.tsx";
export { Button, type ButtonProps, buttonClass, IconButton, type IconButtonProps } from "./Button.tsx";
export { Card, type CardProps, Facts } from "./Card.tsx";
export { CopyButton } from "./CopyButton.tsx";
export { type ConfirmOptions, confirm } from "./confirm.tsx";
export { type Column, DataTable, type DataTableProps, type TableSelection, type TableSort } from "./DataTable.tsx";
export { Dialog, type DialogProps } from "./Dialog.tsx";
export { ErrorState } from "./ErrorState.tsx";
export {
  Checkbox,
  focusInvalid,
  SearchField,
  Select,
  type SelectProps,
  TextField,
  type TextFieldProps,
} from "./fields.tsx";
export { Menu, type MenuEntry, type MenuProps } from "./Menu.tsx";
export { loadTone, Meter } from "./Meter.tsx";
export { Callout, EmptyState, type EmptyStateProps, Skeleton } from "./Notice.tsx";
export { Page, type PageProps } from "./Page.tsx";
export { Sparkline, type SparklineProps } from "./Sparkline.tsx";
export { Segmented, type Tab, Tabs, type TabsProps } from "./Tabs.tsx";
export { type ChartSeries, TimeChart } from "./TimeChart.tsx";
export { Toolbar, ToolbarGap } from "./Toolbar.tsx";
export { toast } from "./toast.tsx";

import { Button } from "#client/ui/button.tsx";
import { CircleAlert, type LucideIcon } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";

type EmptyStateProps = { icon: LucideIcon; title: string; children?: ReactNode };

/** Nothing here yet, and what to do about it. */
export function EmptyState({ icon: Icon, title, children }: EmptyStateProps) {
  return (
    <div className="flex flex-col items-center gap-2 px-4 py-12 text-center">
      <Icon aria-hidden size={24} className="text-muted" />
      <p className="text-lead font-medium">{title}</p>
      {children !== undefined && <div className="max-w-[44ch] text-muted">{children}</div>}
    </div>
  );
}

type ErrorStateProps = { title: string; detail?: string; onRetry?: () => void };

/** What happened and what can be done; never the whole page when a part failed. */
export function ErrorState({ title, detail, onRetry }: ErrorStateProps) {
  return (
    <div role="alert" className="flex flex-col items-center gap-2 px-4 py-12 text-center">
      <CircleAlert aria-hidden size={24} className="text-bad" />
      <p className="text-lead font-medium">{title}</p>
      {detail !== undefined && <p className="max-w-[52ch] text-muted">{detail}</p>}
      {onRetry !== undefined && (
        <Button onPress={onRetry} className="mt-2">
          Retry
        </Button>
      )}
    </div>
  );
}

/** A short sentence about something that went wrong, beside the control that caused it. */
export function Problem({ children }: { children: ReactNode }) {
  return (
    <div
      role="alert"
      className="flex items-start gap-2 rounded-control border border-bad bg-bad-soft px-3 py-2 text-body text-ink"
    >
      <CircleAlert aria-hidden size={16} className="mt-0.5 shrink-0 text-bad" />
      <div>{children}</div>
    </div>
  );
}

const SHOW_AFTER_MS = 150;

/** Grey rows in the shape of what comes; a fast answer shows none of them. */
export function Skeleton({ rows, rowClass = "h-12" }: { rows: number; rowClass?: string }) {
  const [shown, setShown] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), SHOW_AFTER_MS);
    return () => clearTimeout(timer);
  }, []);
  return (
    <output aria-label="Loading" className="flex flex-col gap-3">
      {shown &&
        Array.from({ length: rows }, (_, index) => (
          <div
            // Rows of a skeleton have no identity of their own.
            key={index}
            className={`animate-pulse rounded-control bg-idle-soft ${rowClass}`}
          />
        ))}
    </output>
  );
}

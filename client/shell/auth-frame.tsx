import { SHELL } from "#client/shell/copy.ts";
import type { ReactNode } from "react";

/** The quiet page around sign-in and sign-up. */
export function AuthFrame({ title, children }: { title: string; children: ReactNode }) {
  return (
    <main className="flex min-h-dvh flex-col items-center justify-center gap-6 p-4">
      <div className="flex flex-col items-center gap-1 text-center">
        <p className="flex items-center gap-2 text-h3 font-strong">
          <img src="/ringside.svg" alt="" width={28} height={28} />
          Ringside
        </p>
        <p className="text-muted">{SHELL.promise}</p>
      </div>
      <div className="w-full max-w-sm rounded-card border border-line bg-surface p-6">
        <h1 className="text-h3">{title}</h1>
        {children}
      </div>
    </main>
  );
}

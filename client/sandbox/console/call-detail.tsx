import { CallActs } from "#client/sandbox/console/call-acts.tsx";
import { type CallDetail, sandboxApi } from "#client/sandbox/console/sandbox-api.ts";
import { isTalking, StatusChip } from "#client/sandbox/console/status-chip.tsx";
import { CONSOLE } from "#client/sandbox/copy.ts";
import { timerText } from "#client/ui/format.ts";
import { ErrorState, Skeleton } from "#client/ui/states.tsx";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";

const EVERY_MS = 500;
const SHOWN_LOG = 200;

/** One call: what became of its streams and frames, what was said, its log, and what can be done to it. */
export function CallDetailPanel({ sid }: { sid: string }) {
  const call = useQuery({
    queryKey: ["call", sid],
    queryFn: () => sandboxApi.call(sid),
    refetchInterval: EVERY_MS,
    retry: false,
  });
  if (call.data === undefined) {
    return call.isError ? (
      <ErrorState title={CONSOLE.loadFailed} detail={call.error.message} />
    ) : (
      <Skeleton rows={8} />
    );
  }
  const { data } = call;
  return (
    <section aria-label={data.to} className="flex min-w-0 flex-col gap-5">
      <header className="flex flex-wrap items-center gap-3">
        <h2 className="figures text-h3">{data.to}</h2>
        <StatusChip status={data.status} />
        <span className="figures text-muted">{timerText(data.audioMs)}</span>
        <span className="font-mono text-dense text-muted wrap-anywhere">{data.sid}</span>
      </header>
      {isTalking(data.status) && <CallActs sid={sid} hasStream={data.streams.at(-1)?.state === "open"} />}
      <Ledger call={data} />
      <Streams call={data} />
      <Words call={data} />
      <Log call={data} />
    </section>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section aria-label={title} className="rounded-card border border-line bg-surface p-4">
      <h3 className="mb-2 text-body">{title}</h3>
      {children}
    </section>
  );
}

/** The account of the frames with words: all but the first number should be 0. */
function Ledger({ call: { agentAudio } }: { call: CallDetail }) {
  return (
    <Part title={CONSOLE.frames}>
      <dl className="grid grid-cols-3 gap-3 sm:grid-cols-5">
        {Object.entries(agentAudio).map(([name, count]) => {
          const isWrong = name !== "frames" && count > 0;
          return (
            <div key={name}>
              <dt className="text-dense text-muted">{name}</dt>
              <dd className={`figures text-large ${isWrong ? "font-strong text-bad" : ""}`}>
                {count}
                {isWrong && <span className="sr-only"> wrong</span>}
              </dd>
            </div>
          );
        })}
      </dl>
    </Part>
  );
}

function Streams({ call: { streams } }: { call: CallDetail }) {
  return (
    <Part title={CONSOLE.streams}>
      {streams.length === 0 && <p className="text-muted">{CONSOLE.noStreams}</p>}
      <ul className="flex flex-col gap-2">
        {streams.map((one) => (
          <li key={one.sid} className="figures text-dense">
            <span className="font-medium">{one.state}</span>, {one.framesSent} frames sent,{" "}
            {one.framesDropped} dropped, {Math.round(one.bufferedMs)} ms waiting to be played
            {one.errors.length > 0 && <span className="text-bad">, errors {one.errors.join(", ")}</span>}
            <span className="block font-mono text-meta text-muted wrap-anywhere">{one.sid}</span>
          </li>
        ))}
      </ul>
    </Part>
  );
}

function Words({ call: { said, heard } }: { call: CallDetail }) {
  const lines = [
    ...said.map((line) => ({ ...line, who: CONSOLE.said })),
    ...heard.map((line) => ({ ...line, who: CONSOLE.heard })),
  ].toSorted((one, other) => one.startedAtMs - other.startedAtMs);
  return (
    <Part title={CONSOLE.words}>
      {lines.length === 0 && <p className="text-muted">{CONSOLE.noWords}</p>}
      <ol className="flex flex-col gap-1.5">
        {lines.map((line) => (
          <li
            key={`${line.who} ${line.startedAtMs}`}
            className="grid grid-cols-[3rem_3.5rem_1fr] gap-2 text-body"
          >
            <span className="figures text-muted">{timerText(line.startedAtMs)}</span>
            <span className={line.who === CONSOLE.said ? "text-lane-caller" : "text-lane-agent"}>
              {line.who}
            </span>
            <span className="wrap-anywhere">
              {line.text}
              {!line.complete && <span className="text-muted"> …</span>}
            </span>
          </li>
        ))}
      </ol>
    </Part>
  );
}

/** Ids, codes and counts only: words and numbers of people never stand in it. */
function Log({ call: { log, logDropped } }: { call: CallDetail }) {
  const shown = log.slice(-SHOWN_LOG);
  const hidden = log.length - shown.length + logDropped;
  const startMs = log[0]?.atMs ?? 0;
  return (
    <Part title={CONSOLE.log}>
      {hidden > 0 && (
        <p className="text-dense text-muted">
          {hidden} {CONSOLE.older}
        </p>
      )}
      <ol className="flex flex-col gap-0.5 font-mono text-meta">
        {shown.map(({ atMs, type, ...detail }, index) => (
          // Entries are only ever added at the end.
          <li key={index} className="grid grid-cols-[4.5rem_1fr] gap-2">
            <span className="figures text-right text-muted">{((atMs - startMs) / 1000).toFixed(3)}</span>
            <span className="wrap-anywhere">
              {type} <span className="text-muted">{detailText(detail)}</span>
            </span>
          </li>
        ))}
      </ol>
    </Part>
  );
}

function detailText(detail: Readonly<Record<string, unknown>>): string {
  return Object.entries(detail)
    .map(([name, value]) => `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join(" ");
}

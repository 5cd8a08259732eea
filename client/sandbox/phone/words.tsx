import { PHONE } from "#client/sandbox/copy.ts";
import type { HandsetLine } from "#shared/sandbox/handset-wire.ts";
import { useEffect, useRef } from "react";

/** Both sides' words as they reach this phone. The list follows the talk while its end is in view. */
export function Words({ lines, isOver }: { lines: readonly HandsetLine[]; isOver: boolean }) {
  const list = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  useEffect(() => {
    if (isAtEnd.current) list.current?.scrollTo({ top: list.current.scrollHeight });
  }, [lines]);
  return (
    <section aria-label={PHONE.words} className="flex min-w-0 flex-col gap-2 lg:row-span-2">
      <h2 className="text-h3">{PHONE.words}</h2>
      <div
        ref={list}
        role="log"
        aria-label={PHONE.words}
        // The list scrolls, so the keyboard must reach it.
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        onScroll={({ currentTarget: { scrollTop, clientHeight, scrollHeight } }) => {
          isAtEnd.current = scrollTop + clientHeight >= scrollHeight - 24;
        }}
        className="max-h-[45dvh] overflow-y-auto rounded-card border border-line bg-surface py-2 lg:max-h-[75dvh]"
      >
        {lines.length === 0 && !isOver && <p className="px-4 py-3 text-muted">{PHONE.noWords}</p>}
        {lines.map((line) => (
          <Line key={line.id} line={line} />
        ))}
      </div>
    </section>
  );
}

function Line({ line: { who, text, running } }: { line: HandsetLine }) {
  const isYou = who === "you";
  return (
    <div className={`px-3 py-1.5 ${isYou ? "pl-8 sm:pl-14" : ""}`} aria-hidden={running}>
      <div
        data-testid={running ? "draft" : "line"}
        data-who={who}
        className={`rounded-r-control border-l-2 py-1 pl-3 ${isYou ? "border-lane-caller" : "border-lane-agent"}`}
      >
        <p className={`text-meta font-strong ${isYou ? "text-lane-caller" : "text-lane-agent"}`}>
          {isYou ? PHONE.you : PHONE.caller}
          {running && <span className="ml-2 font-normal text-muted">{PHONE.speaking}</span>}
        </p>
        <p className={`text-talk wrap-anywhere ${running ? "italic opacity-70" : ""}`}>{text}</p>
      </div>
    </div>
  );
}

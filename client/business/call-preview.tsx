import { BUSINESS } from "#client/business/copy.ts";
import { OBJECTIVE_MAX, OBJECTIVE_MIN } from "#client/business/composer-form.ts";
import { Skeleton } from "#client/ui/states.tsx";
import { useSettled } from "#client/ui/use-settled.ts";
import { problemSentence } from "#client/wire/errors.ts";
import { rpc } from "#client/wire/rpc.ts";
import { keepPreviousData, useQuery } from "@tanstack/react-query";

type CallPreviewProps = { leadId: string; objective: string };

/** A preview is asked for when nothing was typed for so long. */
const STILL_MS = 400;

/** What the agent would say first and what it would be told, for the objective as it is typed. */
export function CallPreview({ leadId, objective }: CallPreviewProps) {
  const settled = useSettled(objective.trim(), STILL_MS);
  const isUsable = settled.length >= OBJECTIVE_MIN && settled.length <= OBJECTIVE_MAX;
  const query = useQuery(
    rpc.business.previewPrompt.queryOptions({
      input: { leadId, objective: settled },
      enabled: isUsable,
      placeholderData: keepPreviousData,
    }),
  );
  return (
    <section aria-labelledby="preview-title" className="flex flex-col gap-2">
      <h3 id="preview-title" className="text-body font-strong">
        {BUSINESS.preview}
      </h3>
      {!isUsable && <p className="text-muted">{BUSINESS.previewLater}</p>}
      {isUsable && query.isPending && <Skeleton rows={3} />}
      {isUsable && query.isError && (
        <p role="alert" className="text-bad">
          {problemSentence(query.error)}
        </p>
      )}
      {isUsable && query.data !== undefined && <Preview {...query.data} />}
    </section>
  );
}

function Preview({ opening, prompt }: { opening: string; prompt: string }) {
  const words = prompt.split(/\s+/).length;
  return (
    <>
      <p className="text-dense text-muted">{BUSINESS.opensWith}</p>
      <blockquote className="border-l-2 border-lane-agent pl-3 text-talk wrap-anywhere">{opening}</blockquote>
      <details>
        <summary className="min-h-6 cursor-pointer text-dense text-accent">
          What the agent is told, {words} words
        </summary>
        <section
          aria-label={BUSINESS.instructions}
          // It scrolls by itself, so the keyboard must reach it.
          // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
          tabIndex={0}
          className="mt-1 max-h-64 overflow-y-auto rounded-control bg-sunken p-3 text-dense whitespace-pre-wrap wrap-anywhere"
        >
          {prompt}
        </section>
      </details>
    </>
  );
}

import { sandboxApi, type TextMessage } from "#client/sandbox/console/sandbox-api.ts";
import { textParts } from "#client/sandbox/console/text-parts.ts";
import { CONSOLE } from "#client/sandbox/copy.ts";
import { useNowMs } from "#client/ui/clock.ts";
import { sinceMs, spanText } from "#client/ui/format.ts";
import { EmptyState, Problem, Skeleton } from "#client/ui/states.tsx";
import { TextField } from "#client/ui/text-field.tsx";
import { useQuery } from "@tanstack/react-query";
import { MessageSquareOff } from "lucide-react";
import { useState } from "react";

const EVERY_MS = 2_000;

/** The inboxes of all simulated phones: codes, and what people are told. Links in it can be followed, as on a phone. */
export function MessageList() {
  const [to, setTo] = useState("");
  const messages = useQuery({
    queryKey: ["messages", to.trim()],
    queryFn: () => sandboxApi.messages(to.trim()),
    refetchInterval: EVERY_MS,
    retry: false,
  });
  return (
    <section aria-labelledby="texts-title" className="flex flex-col gap-3">
      <div>
        <h2 id="texts-title" className="text-h3">
          {CONSOLE.texts}
        </h2>
        <p className="text-dense text-muted">{CONSOLE.textsHint}</p>
      </div>
      <TextField label={CONSOLE.textsTo} description={CONSOLE.textsToHint} value={to} onChange={setTo} />
      {messages.isError && <Problem>{CONSOLE.loadFailed}</Problem>}
      {messages.isPending && <Skeleton rows={3} />}
      {messages.data?.length === 0 && (
        <EmptyState icon={MessageSquareOff} title={CONSOLE.noTexts}>
          {CONSOLE.noTextsHint}
        </EmptyState>
      )}
      {messages.data !== undefined && messages.data.length > 0 && (
        <ul className="divide-y divide-line rounded-card border border-line bg-surface">
          {messages.data.map((message) => (
            <Message key={message.sid} message={message} />
          ))}
        </ul>
      )}
    </section>
  );
}

function Message({ message: { to, body, sentAt } }: { message: TextMessage }) {
  const nowMs = useNowMs();
  return (
    <li className="flex flex-col gap-1 px-3 py-2">
      <span className="figures flex justify-between gap-2 text-dense text-muted">
        <span>{to}</span>
        <span>{spanText(sinceMs(sentAt, nowMs))} ago</span>
      </span>
      <span className="break-words">
        {textParts(body).map(({ text, isLink }, index) =>
          isLink ? (
            <a
              key={index}
              href={text}
              target="_blank"
              rel="noreferrer"
              className="text-accent underline underline-offset-2 [overflow-wrap:anywhere]"
            >
              {text}
            </a>
          ) : (
            text
          ),
        )}
      </span>
    </li>
  );
}

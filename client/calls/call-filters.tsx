import { CALLS } from "#client/calls/copy.ts";
import { outcomeWords, statusWord } from "#client/calls/words.ts";
import { Select } from "#client/ui/select.tsx";
import { useShortcut } from "#client/ui/shortcuts.ts";
import { TextField } from "#client/ui/text-field.tsx";
import { useSettled } from "#client/ui/use-settled.ts";
import { type Outcome, outcomeSchema } from "#shared/call/events.ts";
import { CALL_STATUSES, type CallStatus } from "#shared/call/status.ts";
import { useEffect, useRef, useState } from "react";

/** What a list of calls is narrowed to; what is left out narrows nothing. */
export type CallFilter = {
  status?: CallStatus | undefined;
  outcome?: Outcome | undefined;
  search?: string | undefined;
};

type CallFiltersProps = { filter: CallFilter; onChange: (filter: CallFilter) => void };

const ALL = "all";
const STATES = [
  { value: ALL, label: CALLS.allStates },
  ...CALL_STATUSES.map((value) => ({ value, label: statusWord(value) })),
] as const;
const OUTCOMES = [
  { value: ALL, label: CALLS.allOutcomes },
  ...outcomeSchema.options.map((value) => ({ value, label: outcomeWords(value).text })),
] as const;
const STILL_MS = 300;
const MAX_SEARCH = 80;

/** Words, state and result. "/" leads to the words. */
export function CallFilters({ filter, onChange }: CallFiltersProps) {
  return (
    <div className="grid gap-3 sm:grid-cols-[1fr_11rem_13rem]">
      <SearchField filter={filter} onChange={onChange} />
      <Select
        label={CALLS.filter}
        value={filter.status ?? ALL}
        options={STATES}
        onChange={(status) => onChange({ ...filter, status: status === ALL ? undefined : status })}
      />
      <Select
        label={CALLS.filterOutcome}
        value={filter.outcome ?? ALL}
        options={OUTCOMES}
        onChange={(outcome) => onChange({ ...filter, outcome: outcome === ALL ? undefined : outcome })}
      />
    </div>
  );
}

function SearchField({ filter, onChange }: CallFiltersProps) {
  const input = useRef<HTMLInputElement>(null);
  const [typed, setTyped] = useState(filter.search ?? "");
  const settled = useSettled(typed.trim(), STILL_MS);
  const wanted = settled === "" ? undefined : settled;
  const asked = useRef(filter.search);
  useEffect(() => {
    if (wanted === asked.current) return;
    asked.current = wanted;
    onChange({ ...filter, search: wanted });
    // Only what was typed starts a search; a filter that changes meanwhile is no reason for another one.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [wanted]);
  useEffect(() => {
    // A way back, or the link to all calls: not what was typed here.
    if (filter.search === asked.current) return;
    asked.current = filter.search;
    setTyped(filter.search ?? "");
  }, [filter.search]);
  useShortcut("/", () => input.current?.focus());
  return (
    <TextField
      type="search"
      label={CALLS.search}
      value={typed}
      maxLength={MAX_SEARCH}
      inputRef={input}
      onChange={setTyped}
    />
  );
}

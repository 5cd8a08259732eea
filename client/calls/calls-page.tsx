import { CALLS } from "#client/calls/copy.ts";
import { CallList } from "#client/calls/call-list.tsx";
import { statusWord } from "#client/calls/words.ts";
import { KeyboardHelp } from "#client/ui/keyboard-help.tsx";
import { Select } from "#client/ui/select.tsx";
import { CALL_STATUSES } from "#shared/call/status.ts";
import { useNavigate, useSearch } from "@tanstack/react-router";

const ALL = { value: "all", label: CALLS.allStates } as const;
const OPTIONS = [ALL, ...CALL_STATUSES.map((value) => ({ value, label: statusWord(value) }))];

const KEYS = [
  { keys: "J  K", does: CALLS.keyRows },
  { keys: "Enter", does: CALLS.keyEnter },
  { keys: "?", does: CALLS.keyHelp },
];

/** The calls a business or a supervisor may see; the filter lives in the address. */
export function CallsPage() {
  const { status } = useSearch({ from: "/signed-in/staff/calls" });
  const navigate = useNavigate();
  return (
    <div className="mx-auto flex w-full max-w-4xl flex-col gap-4 p-4 lg:p-6">
      <title>{CALLS.callsTitle}</title>
      <div className="flex flex-wrap items-end justify-between gap-3">
        <div className="flex items-center gap-2">
          <h1 className="text-h3">{CALLS.calls}</h1>
          <KeyboardHelp rows={KEYS} />
        </div>
        <div className="w-52">
          <Select
            label={CALLS.filter}
            labelHidden
            value={status ?? ALL.value}
            options={OPTIONS}
            onChange={(value) =>
              void navigate({
                to: "/calls",
                search: value === ALL.value ? {} : { status: value },
                replace: true,
              })
            }
          />
        </div>
      </div>
      <CallList status={status} audience="staff" emptyHint={CALLS.callsEmpty} />
    </div>
  );
}

import { type CallFilter, CallFilters } from "#client/calls/call-filters.tsx";
import { CallList } from "#client/calls/call-list.tsx";
import { ExportButtons } from "#client/calls/export-buttons.tsx";
import { SavedViews } from "#client/calls/saved-views.tsx";
import { CALLS } from "#client/calls/copy.ts";
import { KeyboardHelp } from "#client/ui/keyboard-help.tsx";
import { useNavigate, useRouterState, useSearch } from "@tanstack/react-router";

const KEYS = [
  { keys: "J  K", does: CALLS.keyRows },
  { keys: "Enter", does: CALLS.keyEnter },
  { keys: "/", does: CALLS.keySearch },
  { keys: "?", does: CALLS.keyHelp },
];

/**
 * The calls a business or a supervisor may see. State and result are in the address; the words that are searched for may be a name, so they are
 * in the history entry beside it, where a way back and a reload find them and nobody else does.
 */
export function CallsPage() {
  const address = useSearch({ from: "/signed-in/staff/calls" });
  const search = useRouterState({ select: ({ location }) => location.state.callSearch });
  const navigate = useNavigate();
  const change = ({ search: callSearch, ...rest }: CallFilter) =>
    void navigate({
      to: "/calls",
      search: rest,
      state: callSearch === undefined ? {} : { callSearch },
      replace: true,
    });
  return (
    <div className="mx-auto flex w-full max-w-4xl flex-col gap-4 p-4 lg:p-6">
      <title>{CALLS.callsTitle}</title>
      <div className="flex items-center justify-between gap-2">
        <h1 className="text-h3">{CALLS.calls}</h1>
        <KeyboardHelp rows={KEYS} />
      </div>
      <CallFilters filter={{ ...address, search }} onChange={change} />
      <div className="flex flex-wrap items-center justify-between gap-2">
        <SavedViews filter={address} />
        <div className="ml-auto">
          <ExportButtons what="calls" about={{ ...address, search }} />
        </div>
      </div>
      <CallList filter={{ ...address, search }} audience="staff" emptyHint={CALLS.callsEmpty} />
    </div>
  );
}

import { SUPERVISOR } from "#client/supervisor/copy.ts";
import { businessesOf, WALL_SORTS, WALL_STATES, type WallAddress } from "#client/supervisor/wall-address.ts";
import { Select } from "#client/ui/select.tsx";
import type { Board } from "#shared/call/summary.ts";

const ALL = "all";
const STATE_WORDS: Record<(typeof WALL_STATES)[number], string> = {
  talking: "Talking",
  calling: "Dialing or ringing",
  ending: "Ending",
};
const SORT_WORDS: Record<(typeof WALL_SORTS)[number], string> = {
  need: "Who needs help",
  longest: "Longest first",
  slowest: "Slowest answers first",
  newest: "Newest first",
};
const STATES = [
  { value: ALL, label: SUPERVISOR.allStates },
  ...WALL_STATES.map((value) => ({ value, label: STATE_WORDS[value] })),
] as const;
const NEEDS = [
  { value: ALL, label: SUPERVISOR.allNeeds },
  { value: "you", label: SUPERVISOR.onlyNeeds },
] as const;
const SORTS = WALL_SORTS.map((value) => ({ value, label: SORT_WORDS[value] }));

type WallFiltersProps = { board: Board; address: WallAddress; onChange: (address: WallAddress) => void };

/** Which calls the wall shows, and in which order; all of it is in the address. */
export function WallFilters({ board, address, onChange }: WallFiltersProps) {
  const businesses = businessesOf([...board.live, ...board.waiting], address.business);
  const options = [
    { value: ALL, label: SUPERVISOR.allBusinesses },
    ...businesses.map(({ businessId, name }) => ({ value: businessId, label: name })),
  ];
  return (
    <fieldset aria-label={SUPERVISOR.filters} className="grid grid-cols-2 gap-3 lg:grid-cols-4">
      <Select
        label={SUPERVISOR.business}
        value={address.business ?? ALL}
        options={options}
        onChange={(business) => onChange({ ...address, business: business === ALL ? undefined : business })}
      />
      <Select
        label={SUPERVISOR.need}
        value={address.needs ?? ALL}
        options={NEEDS}
        onChange={(needs) => onChange({ ...address, needs: needs === ALL ? undefined : needs })}
      />
      <Select
        label={SUPERVISOR.state}
        value={address.state ?? ALL}
        options={STATES}
        onChange={(state) => onChange({ ...address, state: state === ALL ? undefined : state })}
      />
      <Select
        label={SUPERVISOR.sort}
        value={address.sort ?? "need"}
        options={SORTS}
        onChange={(sort) => onChange({ ...address, sort: sort === "need" ? undefined : sort })}
      />
    </fieldset>
  );
}

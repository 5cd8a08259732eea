import { SUPERVISOR } from "#client/supervisor/copy.ts";

type SelectBoxProps = {
  callId: string;
  isSelected: boolean;
  onToggle: (callId: string) => void;
  /** Whose call it is. */
  label: string;
};

/** Selects one call, for what is done to many at once. */
export function SelectBox({ callId, isSelected, onToggle, label }: SelectBoxProps) {
  return (
    <label className="flex size-8 shrink-0 items-center justify-center">
      <span className="sr-only">
        {SUPERVISOR.select} {label}
      </span>
      <input
        type="checkbox"
        checked={isSelected}
        onChange={() => onToggle(callId)}
        className="size-5 cursor-pointer accent-accent"
      />
    </label>
  );
}

import { CONTROL, LABEL } from "#client/ui/text-field.tsx";
import { ChevronDown } from "lucide-react";
import { useId } from "react";

type SelectProps<Value extends string> = {
  label: string;
  value: Value;
  onChange: (value: Value) => void;
  options: readonly { value: Value; label: string }[];
  description?: string;
  /** The label stays readable to assistive technology only. */
  labelHidden?: boolean;
};

/** The platform's own list: a wheel on phones, type-ahead on desktops, and no script to load. */
export function Select<Value extends string>(props: SelectProps<Value>) {
  const id = useId();
  return (
    <div className="flex flex-col gap-1">
      <label htmlFor={id} className={props.labelHidden === true ? "sr-only" : LABEL}>
        {props.label}
      </label>
      <div className="relative">
        <select
          id={id}
          value={props.value}
          aria-describedby={props.description === undefined ? undefined : `${id}-hint`}
          onChange={(event) => {
            const picked = props.options.find((one) => one.value === event.target.value);
            if (picked !== undefined) props.onChange(picked.value);
          }}
          className={`${CONTROL} h-11 appearance-none pr-9`}
        >
          {props.options.map((one) => (
            <option key={one.value} value={one.value}>
              {one.label}
            </option>
          ))}
        </select>
        <ChevronDown
          aria-hidden
          size={16}
          className="pointer-events-none absolute top-3.5 right-3 text-muted"
        />
      </div>
      {props.description !== undefined && (
        <span id={`${id}-hint`} className="text-dense text-muted">
          {props.description}
        </span>
      )}
    </div>
  );
}

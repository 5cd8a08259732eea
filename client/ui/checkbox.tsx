import { Check } from "lucide-react";
import { Checkbox as AriaCheckbox, type CheckboxProps as AriaProps } from "react-aria-components/Checkbox";
import { Radio as AriaRadio, type RadioProps as AriaRadioProps } from "react-aria-components/RadioGroup";
import type { ReactNode } from "react";

const ROW = "group flex min-h-11 items-center gap-3 py-1 disabled:cursor-default";
const MARK =
  "flex size-5 shrink-0 items-center justify-center border border-control bg-surface group-focus-visible:ring-focus " +
  "group-selected:border-accent group-selected:bg-accent text-on-accent";

type CheckboxProps = Omit<AriaProps, "className" | "children"> & { children: ReactNode };

/** A box with its sentence; the whole row can be pressed. */
export function Checkbox({ children, ...rest }: CheckboxProps) {
  return (
    <AriaCheckbox {...rest} className={ROW}>
      {({ isSelected }) => (
        <>
          <span className={`${MARK} rounded-chip`}>
            {isSelected && <Check aria-hidden size={14} strokeWidth={3} />}
          </span>
          <span>{children}</span>
        </>
      )}
    </AriaCheckbox>
  );
}

type RadioProps = Omit<AriaRadioProps, "className" | "children"> & { children: ReactNode };

/** One choice of a `RadioGroup`. */
export function Radio({ children, ...rest }: RadioProps) {
  return (
    <AriaRadio {...rest} className={ROW}>
      {({ isSelected }) => (
        <>
          <span className={`${MARK} rounded-full`}>
            {isSelected && <span className="size-2 rounded-full bg-on-accent" />}
          </span>
          <span>{children}</span>
        </>
      )}
    </AriaRadio>
  );
}

import { Button, type ButtonLook } from "#client/ui/button.tsx";
import type { ReactNode } from "react";

type FormFootProps = {
  /** Leaves everything as it is. */
  keepLabel: string;
  onKeep: () => void;
  /** Sends the form. */
  children: ReactNode;
  look?: ButtonLook;
  isPending: boolean;
};

/** The two ways out of a form. On phones they are under the thumb, also while the form is longer than the screen. */
export function FormFoot({ keepLabel, onKeep, children, look = "primary", isPending }: FormFootProps) {
  return (
    <div className="flex flex-col-reverse gap-2 max-sm:sticky max-sm:bottom-0 max-sm:-mx-5 max-sm:-mb-5 max-sm:border-t max-sm:border-line max-sm:bg-surface max-sm:px-5 max-sm:py-3 sm:flex-row sm:justify-end">
      <Button onPress={onKeep} className="max-sm:h-12">
        {keepLabel}
      </Button>
      <Button look={look} type="submit" isPending={isPending} className="max-sm:h-12">
        {children}
      </Button>
    </div>
  );
}

import { Input } from "react-aria-components/Input";
import { FieldError } from "react-aria-components/FieldError";
import { Label } from "react-aria-components/Label";
import { Text } from "react-aria-components/Text";
import { TextArea } from "react-aria-components/TextArea";
import {
  TextField as AriaTextField,
  type TextFieldProps as AriaProps,
} from "react-aria-components/TextField";
import type { Ref } from "react";

export const LABEL = "text-body font-medium text-ink";
export const CONTROL =
  "w-full rounded-control border border-control bg-surface px-3 text-lead text-ink placeholder:text-muted " +
  "focus-visible:ring-focus invalid:border-bad disabled:bg-sunken";
const HINT = "text-dense text-muted";
const ERROR = "text-dense text-bad";

/** For a `ref`: the field or button that comes next in a dialog or a step takes the focus as it appears. */
export const focusOnMount = (element: HTMLElement | null): void => element?.focus();

type TextFieldProps = Omit<AriaProps, "className" | "children"> & {
  label: string;
  description?: string | undefined;
  /** A sentence; the field is marked as wrong while it is there. */
  error?: string | undefined;
  placeholder?: string;
  /** A text area of so many lines. */
  lines?: number;
  /** Shows "12 of 600 characters". */
  counterMax?: number;
  inputRef?: Ref<HTMLInputElement | HTMLTextAreaElement>;
};

/** Label, input, hint, counter and error as one field. */
export function TextField(props: TextFieldProps) {
  const { label, description, error, placeholder, lines, counterMax, inputRef, ...rest } = props;
  const length = rest.value?.trim().length ?? 0;
  return (
    <AriaTextField
      {...rest}
      isInvalid={error !== undefined || rest.isInvalid === true}
      validationBehavior="aria"
      className="flex flex-col gap-1"
    >
      <Label className={LABEL}>{label}</Label>
      {lines === undefined ? (
        <Input
          ref={inputRef as Ref<HTMLInputElement>}
          placeholder={placeholder ?? ""}
          className={`${CONTROL} h-11`}
        />
      ) : (
        <TextArea
          ref={inputRef as Ref<HTMLTextAreaElement>}
          rows={lines}
          placeholder={placeholder ?? ""}
          className={`${CONTROL} resize-y py-2`}
        />
      )}
      {(description !== undefined || counterMax !== undefined) && (
        <div className="flex justify-between gap-4">
          <Text slot="description" className={HINT}>
            {description}
          </Text>
          {counterMax !== undefined && (
            <span className={`figures shrink-0 ${HINT}`}>
              {length} of {counterMax} characters
            </span>
          )}
        </div>
      )}
      <FieldError className={ERROR}>{error}</FieldError>
    </AriaTextField>
  );
}

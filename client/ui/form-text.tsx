import { TextField } from "#client/ui/text-field.tsx";
import { type Control, Controller, type FieldPathByValue, type FieldValues } from "react-hook-form";

type FormTextProps<Values extends FieldValues> = {
  control: Control<Values>;
  name: FieldPathByValue<Values, string>;
} & Omit<Parameters<typeof TextField>[0], "name" | "value" | "onChange" | "onBlur" | "error" | "inputRef">;

/** A text field of a form: it holds its value and shows what is wrong with it. */
export function FormText<Values extends FieldValues>({ control, name, ...rest }: FormTextProps<Values>) {
  return (
    <Controller
      control={control}
      name={name}
      render={({ field: { ref, ...field }, fieldState }) => (
        <TextField {...rest} {...field} inputRef={ref} error={fieldState.error?.message} />
      )}
    />
  );
}

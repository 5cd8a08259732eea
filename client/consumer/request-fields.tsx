import { CONSUMER } from "#client/consumer/copy.ts";
import { DESCRIPTION_MAX, type RequestValues } from "#client/consumer/request-values.ts";
import { FormText } from "#client/ui/form-text.tsx";
import { CATEGORY_WORDS, URGENCY_WORDS } from "#client/ui/lead-words.ts";
import { Select } from "#client/ui/select.tsx";
import { timeZoneOptions } from "#client/ui/time-zones.ts";
import { CATEGORIES, type Urgency, urgencySchema } from "#shared/lead.ts";
import { type Control, Controller } from "react-hook-form";

const URGENCIES: readonly { value: Urgency; label: string }[] = urgencySchema.options.map((value) => ({
  value,
  label: URGENCY_WORDS[value],
}));

const KINDS: readonly { value: RequestValues["category"]; label: string }[] = [
  { value: "unsure", label: CONSUMER.categoryUnsure },
  ...CATEGORIES.map((value) => ({ value, label: CATEGORY_WORDS[value] })),
];

type FieldsProps = { control: Control<RequestValues> };
/** What is needed, where, of what kind, for how much, and how soon. */
export function NeedFields({ control }: FieldsProps) {
  return (
    <>
      <FormText
        control={control}
        name="description"
        label={CONSUMER.descriptionLabel}
        lines={4}
        counterMax={DESCRIPTION_MAX}
      />
      <div className="grid grid-cols-2 items-start gap-4">
        <FormText
          control={control}
          name="postalCode"
          label={CONSUMER.postalLabel}
          autoComplete="postal-code"
        />
        <FormText control={control} name="budget" label={CONSUMER.budgetLabel} inputMode="numeric" />
      </div>
      <div className="grid gap-4 sm:grid-cols-2">
        <Controller
          control={control}
          name="category"
          render={({ field }) => (
            <Select
              label={CONSUMER.categoryLabel}
              value={field.value}
              onChange={field.onChange}
              options={KINDS}
            />
          )}
        />
        <Controller
          control={control}
          name="urgency"
          render={({ field }) => (
            <Select
              label={CONSUMER.urgencyLabel}
              value={field.value}
              onChange={field.onChange}
              options={URGENCIES}
            />
          )}
        />
      </div>
    </>
  );
}

/** On whose clock the person lives. */
export function ZoneField({ control }: FieldsProps) {
  return (
    <Controller
      control={control}
      name="timeZone"
      render={({ field }) => (
        <Select
          label={CONSUMER.zoneLabel}
          value={field.value}
          onChange={field.onChange}
          options={timeZoneOptions(field.value)}
          description={CONSUMER.zoneHint}
        />
      )}
    />
  );
}

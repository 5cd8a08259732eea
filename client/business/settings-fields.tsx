import { BUSINESS } from "#client/business/copy.ts";
import type { SettingsForm } from "#client/business/settings-form.ts";
import { Checkbox } from "#client/ui/checkbox.tsx";
import { FormText } from "#client/ui/form-text.tsx";
import { CATEGORY_WORDS } from "#client/ui/lead-words.ts";
import { Select } from "#client/ui/select.tsx";
import { LABEL } from "#client/ui/text-field.tsx";
import { timeZoneOptions } from "#client/ui/time-zones.ts";
import { CATEGORIES, type Category } from "#shared/lead.ts";
import { CheckboxGroup } from "react-aria-components/CheckboxGroup";
import { FieldError } from "react-aria-components/FieldError";
import { Label } from "react-aria-components/Label";
import { type Control, Controller, useWatch } from "react-hook-form";

type FieldsProps = { control: Control<SettingsForm> };

export function NameFields({ control }: FieldsProps) {
  return (
    <>
      <FormText
        control={control}
        name="name"
        label={BUSINESS.name}
        description={BUSINESS.nameHint}
        autoComplete="organization"
      />
      <FormText
        control={control}
        name="legalName"
        label={BUSINESS.legalName}
        description={BUSINESS.legalNameHint}
      />
    </>
  );
}

const isCategory = (value: string): value is Category => Object.hasOwn(CATEGORY_WORDS, value);

export function CategoryField({ control }: FieldsProps) {
  return (
    <Controller
      control={control}
      name="categories"
      render={({ field, fieldState }) => (
        <CheckboxGroup
          value={field.value}
          onChange={(values) => field.onChange(values.filter(isCategory))}
          isInvalid={fieldState.invalid}
          validationBehavior="aria"
          className="flex flex-col gap-1"
        >
          <Label className={LABEL}>{BUSINESS.categories}</Label>
          <div className="grid grid-cols-2 gap-x-4 sm:grid-cols-3">
            {CATEGORIES.map((one) => (
              <Checkbox key={one} value={one}>
                {CATEGORY_WORDS[one]}
              </Checkbox>
            ))}
          </div>
          <FieldError className="text-dense text-bad">{fieldState.error?.message}</FieldError>
        </CheckboxGroup>
      )}
    />
  );
}

export function AreaField({ control }: FieldsProps) {
  return <FormText control={control} name="areas" label={BUSINESS.areas} description={BUSINESS.areasHint} />;
}

export function ZoneField({ control }: FieldsProps) {
  return (
    <Controller
      control={control}
      name="timeZone"
      render={({ field }) => (
        <Select
          label={BUSINESS.timeZone}
          value={field.value}
          onChange={field.onChange}
          options={timeZoneOptions(field.value)}
        />
      )}
    />
  );
}

export function HoursFields({ control }: FieldsProps) {
  return (
    <div className="grid grid-cols-2 gap-4">
      <FormText control={control} name="opens" label={BUSINESS.opens} type="time" />
      <FormText control={control} name="closes" label={BUSINESS.closes} type="time" />
    </div>
  );
}

export function PriceFields({ control }: FieldsProps) {
  return (
    <div className="flex flex-col gap-1">
      <div className="grid grid-cols-2 gap-4">
        <FormText
          control={control}
          name="priceLow"
          label={BUSINESS.priceLow}
          inputMode="numeric"
          aria-describedby="price-hint"
        />
        <FormText control={control} name="priceHigh" label={BUSINESS.priceHigh} inputMode="numeric" />
      </div>
      <p id="price-hint" className="text-dense text-muted">
        {BUSINESS.priceHint}
      </p>
    </div>
  );
}

const VOICES = [
  { value: "marin", label: BUSINESS.voiceMarin },
  { value: "cedar", label: BUSINESS.voiceCedar },
] as const;

export function VoiceField({ control }: FieldsProps) {
  return (
    <Controller
      control={control}
      name="voice"
      render={({ field }) => (
        <Select label={BUSINESS.voice} value={field.value} onChange={field.onChange} options={VOICES} />
      )}
    />
  );
}

const VOICEMAILS = [
  { value: "hang_up", label: BUSINESS.voicemailHangUp },
  { value: "leave_message", label: BUSINESS.voicemailMessage },
] as const;

export function VoicemailFields({ control }: FieldsProps) {
  const leavesMessage = useWatch({ control, name: "voicemail" }) === "leave_message";
  return (
    <>
      <Controller
        control={control}
        name="voicemail"
        render={({ field }) => (
          <Select
            label={BUSINESS.voicemail}
            value={field.value}
            onChange={field.onChange}
            options={VOICEMAILS}
          />
        )}
      />
      {leavesMessage && (
        <FormText
          control={control}
          name="callbackNumber"
          label={BUSINESS.callbackNumber}
          description={BUSINESS.callbackHint}
          type="tel"
          autoComplete="tel"
        />
      )}
    </>
  );
}

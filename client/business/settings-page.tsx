import { BUSINESS } from "#client/business/copy.ts";
import {
  formOfProfile,
  type SettingsForm,
  settingsSchema,
  updateOfForm,
} from "#client/business/settings-form.ts";
import {
  AreaField,
  CategoryField,
  HoursFields,
  NameFields,
  PriceFields,
  VoiceField,
  VoicemailFields,
  ZoneField,
} from "#client/business/settings-fields.tsx";
import { Button } from "#client/ui/button.tsx";
import { ErrorState, Problem, Skeleton } from "#client/ui/states.tsx";
import { showToast } from "#client/ui/toast.tsx";
import { problemSentence } from "#client/wire/errors.ts";
import { rpc } from "#client/wire/rpc.ts";
import type { BusinessProfile } from "#shared/business.ts";
import { zodResolver } from "@hookform/resolvers/zod";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useForm } from "react-hook-form";

/** What a business offers, where and when, and how its agent sounds. */
export function SettingsPage() {
  const query = useQuery(rpc.business.profile.queryOptions({ staleTime: Infinity }));
  return (
    <div className="mx-auto flex w-full max-w-2xl flex-col gap-5 p-4 lg:p-6">
      <title>{BUSINESS.settingsTitle}</title>
      <h1 className="text-h3">{BUSINESS.profile}</h1>
      {query.isPending && <Skeleton rows={6} />}
      {query.data === undefined && query.isError && (
        <ErrorState
          title={BUSINESS.profileFailed}
          detail={problemSentence(query.error)}
          onRetry={() => void query.refetch()}
        />
      )}
      {query.data !== undefined && <ProfileForm profile={query.data} />}
    </div>
  );
}

function ProfileForm({ profile }: { profile: BusinessProfile }) {
  const queryClient = useQueryClient();
  const form = useForm<SettingsForm>({
    resolver: zodResolver(settingsSchema),
    defaultValues: formOfProfile(profile),
  });
  const save = useMutation(
    rpc.business.updateProfile.mutationOptions({
      onSuccess: (saved) => {
        queryClient.setQueryData(rpc.business.profile.queryKey(), saved);
        form.reset(formOfProfile(saved));
        showToast(BUSINESS.profileSaved);
      },
    }),
  );
  const send = form.handleSubmit((values) => save.mutate(updateOfForm(values)));
  return (
    <form onSubmit={(event) => void send(event)} noValidate className="flex flex-col gap-5">
      {!profile.complete && (
        <p className="rounded-control bg-accent-soft px-3 py-2">{BUSINESS.profileUnsaved}</p>
      )}
      <NameFields control={form.control} />
      <CategoryField control={form.control} />
      <AreaField control={form.control} />
      <ZoneField control={form.control} />
      <HoursFields control={form.control} />
      <PriceFields control={form.control} />
      <VoiceField control={form.control} />
      <VoicemailFields control={form.control} />
      {save.isError && <Problem>{problemSentence(save.error)}</Problem>}
      <Button look="primary" type="submit" isPending={save.isPending} className="max-sm:h-12 sm:self-start">
        {BUSINESS.profileSave}
      </Button>
    </form>
  );
}

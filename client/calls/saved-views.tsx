import type { CallFilter } from "#client/calls/call-filters.tsx";
import { CALLS } from "#client/calls/copy.ts";
import { Button, IconButton } from "#client/ui/button.tsx";
import { Dialog } from "#client/ui/dialog.tsx";
import { Problem } from "#client/ui/states.tsx";
import { focusOnMount, TextField } from "#client/ui/text-field.tsx";
import { showToast } from "#client/ui/toast.tsx";
import { problemCode, problemSentence } from "#client/wire/errors.ts";
import { rpc } from "#client/wire/rpc.ts";
import type { SavedView } from "#shared/contract/views.ts";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { BookmarkPlus, X } from "lucide-react";
import { type FormEvent, useState } from "react";

const MAX_NAME = 40;

type SavedViewsProps = { filter: Pick<CallFilter, "status" | "outcome"> };

/** Filters that are kept under names, for the account; a list that did not load is only left out, the filters still work. */
export function SavedViews({ filter }: SavedViewsProps) {
  const query = useQuery(rpc.views.list.queryOptions());
  const [isNaming, setNaming] = useState(false);
  const views = query.data?.views ?? [];
  const isFiltered = filter.status !== undefined || filter.outcome !== undefined;
  if (views.length === 0 && !isFiltered) return null;
  return (
    <nav aria-label={CALLS.savedViews} className="flex flex-wrap items-center gap-1">
      {views.map((view) => (
        <ViewLink key={view.viewId} view={view} filter={filter} />
      ))}
      {isFiltered && (
        <Button look="quiet" size="dense" onPress={() => setNaming(true)} className="max-sm:h-11">
          <BookmarkPlus aria-hidden size={16} />
          {CALLS.saveView}
        </Button>
      )}
      <Dialog title={CALLS.saveView} isOpen={isNaming} onClose={() => setNaming(false)}>
        <NameForm filter={filter} onDone={() => setNaming(false)} />
      </Dialog>
    </nav>
  );
}

/** The server answers each change with all views. */
function useShown() {
  const queryClient = useQueryClient();
  return (views: { views: SavedView[] }) => queryClient.setQueryData(rpc.views.list.queryKey(), views);
}

function ViewLink({ view, filter }: SavedViewsProps & { view: SavedView }) {
  const { viewId, name, status, outcome } = view;
  const onSuccess = useShown();
  const onError = (error: unknown) => showToast(problemSentence(error), "bad");
  const remove = useMutation(rpc.views.remove.mutationOptions({ onSuccess, onError }));
  const isHere = filter.status === status && filter.outcome === outcome;
  return (
    <span className={`flex items-center rounded-control ${isHere ? "bg-accent-soft" : ""}`}>
      <Link
        to="/calls"
        search={{ ...(status && { status }), ...(outcome && { outcome }) }}
        aria-current={isHere ? "page" : undefined}
        className={`flex min-h-8 items-center pl-3 max-sm:min-h-11 ${
          isHere ? "font-medium text-accent" : "text-muted hover:text-ink"
        }`}
      >
        {name}
      </Link>
      <IconButton label={`${CALLS.removeView} ${name}`} onPress={() => remove.mutate({ viewId })}>
        <X aria-hidden size={14} />
      </IconButton>
    </span>
  );
}

function NameForm({ filter: { status, outcome }, onDone }: SavedViewsProps & { onDone: () => void }) {
  const [name, setName] = useState("");
  const shown = useShown();
  const save = useMutation(
    rpc.views.save.mutationOptions({
      onSuccess: (views) => {
        shown(views);
        onDone();
      },
    }),
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim() === "") return;
    save.mutate({ name: name.trim(), ...(status && { status }), ...(outcome && { outcome }) });
  };
  return (
    <form onSubmit={submit} className="mt-4 flex flex-col gap-3">
      <TextField
        label={CALLS.viewName}
        description={CALLS.viewNameHint}
        value={name}
        maxLength={MAX_NAME}
        inputRef={focusOnMount}
        onChange={setName}
      />
      {save.isError && (
        <Problem>
          {problemCode(save.error) === "NOT_POSSIBLE" ? CALLS.viewsFull : problemSentence(save.error)}
        </Problem>
      )}
      <Button type="submit" look="primary" isPending={save.isPending} className="self-end">
        {CALLS.save}
      </Button>
    </form>
  );
}

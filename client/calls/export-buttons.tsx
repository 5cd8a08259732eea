import { CALLS } from "#client/calls/copy.ts";
import { Button } from "#client/ui/button.tsx";
import { showToast } from "#client/ui/toast.tsx";
import { download } from "#client/wire/download.ts";
import { problemSentence } from "#client/wire/errors.ts";
import type { ExportFormat } from "#shared/export.ts";
import { useMutation } from "@tanstack/react-query";
import { Download } from "lucide-react";

type ExportButtonsProps = { what: "calls" | "transcript"; about: object };

const FORMATS: readonly ExportFormat[] = ["csv", "json"];
const NAMES = { calls: CALLS.exportCalls, transcript: CALLS.exportTranscript } as const;

/** The calls of a list, or the transcript of one call, as a file. */
export function ExportButtons({ what, about }: ExportButtonsProps) {
  const run = useMutation({
    mutationFn: (format: ExportFormat) => download(`/api/exports/${what}`, { format, ...about }),
    onError: (error) => showToast(problemSentence(error), "bad"),
  });
  return (
    <fieldset aria-label={NAMES[what]} className="flex items-center gap-1">
      <Download aria-hidden size={16} className="text-muted" />
      <span aria-hidden className="pr-1 text-dense text-muted">
        {NAMES[what]}
      </span>
      {FORMATS.map((format) => (
        <Button
          key={format}
          look="quiet"
          size="dense"
          aria-label={`${NAMES[what]}, ${format.toUpperCase()}`}
          isPending={run.isPending && run.variables === format}
          onPress={() => run.mutate(format)}
          className="max-sm:h-11"
        >
          {format.toUpperCase()}
        </Button>
      ))}
    </fieldset>
  );
}
